"""Anytime search for a better plan, with one engine for each kind of shop."""
