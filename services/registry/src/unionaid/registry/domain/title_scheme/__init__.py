"""An enterprise's own titles: which there are, and how many grades each has."""
