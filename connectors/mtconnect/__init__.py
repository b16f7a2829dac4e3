"""Telemetry of machine tools that speak MTConnect."""
