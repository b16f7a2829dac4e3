"""What a cluster is made of, read from a folder of YAML with precise errors."""
