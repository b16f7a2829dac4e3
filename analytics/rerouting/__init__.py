"""Policies that decide where work goes when the cluster is disturbed."""
