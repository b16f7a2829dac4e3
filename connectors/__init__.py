"""How telemetry comes in from a site and how approved work goes out to it."""
