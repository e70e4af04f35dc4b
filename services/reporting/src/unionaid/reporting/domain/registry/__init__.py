"""Registry as reporting sees it."""
