"""Which response to choose: by the mean or by the worst runs, and how long an outage must be."""
