"""What was asked for, and where each value came from."""
