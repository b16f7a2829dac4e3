"""The event-driven simulation kernel and the arrays it works on."""
