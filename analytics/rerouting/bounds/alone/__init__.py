"""The compiled bound: each order as if machines, people and vehicles were there for it alone."""
