"""Goods handed out at a site, and what came back of them."""
