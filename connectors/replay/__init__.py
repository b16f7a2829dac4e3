"""Replay of recorded telemetry."""
