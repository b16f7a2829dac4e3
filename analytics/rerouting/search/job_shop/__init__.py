"""Job shops and flexible job shops of one site: tabu search on the disjunctive graph."""
