"""Rules of the shop floor that the kernel and the search share."""
