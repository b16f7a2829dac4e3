"""Changes of the world that a scenario is made of, one kind per file."""
