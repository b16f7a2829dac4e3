"""The running federation on Ray: placement, intake, healing and reads."""
