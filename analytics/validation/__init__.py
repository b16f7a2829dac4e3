"""Validation: published answers that the simulator must reproduce, one file per family of cases."""
