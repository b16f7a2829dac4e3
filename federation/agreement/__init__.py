"""Agreeing on a plan: what a change of the schedule asks of each site, and how sites answer."""
