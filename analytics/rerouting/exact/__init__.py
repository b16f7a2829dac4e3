"""The exact policy: CP-SAT of OR-tools, for small problems and for bounds."""
