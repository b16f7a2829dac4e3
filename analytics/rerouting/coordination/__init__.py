"""Degrees of coordination: how much sites tell each other, and who decides where work is done."""
