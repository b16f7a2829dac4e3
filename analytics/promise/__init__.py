"""Promise dates: from when a new order could be had, how surely, from where, and at what cost."""
