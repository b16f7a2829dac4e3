"""Whole clusters: large-neighbourhood search over the sites and the order of trees of lots."""
