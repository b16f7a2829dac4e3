"""What no plan can do better than: bounds on cost and makespan."""
