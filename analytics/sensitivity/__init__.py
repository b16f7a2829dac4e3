"""How far an answer hangs on what is assumed about the cluster."""
