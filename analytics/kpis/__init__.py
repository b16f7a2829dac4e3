"""Key figures of a run, one family per file."""
