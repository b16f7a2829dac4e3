"""Fork the live state, simulate, reroute, measure and compare."""
