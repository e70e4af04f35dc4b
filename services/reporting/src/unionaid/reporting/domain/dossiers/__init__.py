"""Hardship dossiers as reporting sees them."""
