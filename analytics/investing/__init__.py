"""What one more machine, battery, link or site would be worth, and in which order to buy."""
