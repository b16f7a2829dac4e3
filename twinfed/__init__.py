"""Federated digital twins of microfactory clusters: the Python API."""
