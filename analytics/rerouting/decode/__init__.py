"""The compiled decoder: from an order of lots to sites, work centres and estimated dates."""
