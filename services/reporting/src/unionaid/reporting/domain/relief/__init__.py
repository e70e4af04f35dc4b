"""Relief as reporting sees it."""
