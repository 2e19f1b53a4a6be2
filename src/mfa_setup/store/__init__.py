"""Files that the tool keeps for itself, readable by their owner alone."""
