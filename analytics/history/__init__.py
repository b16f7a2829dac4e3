"""What a traced run went through: where time went on its lots, queues and work centres."""
