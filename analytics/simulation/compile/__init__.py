"""From snapshot and topology to the arrays of the kernel."""
