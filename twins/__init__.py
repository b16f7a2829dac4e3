"""One microfactory: what it is, what it is doing, and the actor that keeps it alive."""
