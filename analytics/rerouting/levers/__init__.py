"""Levers: what can be done beside rerouting, one file each."""
