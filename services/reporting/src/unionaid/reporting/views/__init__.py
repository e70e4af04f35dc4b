"""Figures from the live build of the projections."""
