"""Synthetic clusters of any size from a seed: for benchmarks, teaching and tests of scale."""
