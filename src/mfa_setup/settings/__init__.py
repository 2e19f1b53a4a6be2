"""The settings of a run, and the origin of each value."""
