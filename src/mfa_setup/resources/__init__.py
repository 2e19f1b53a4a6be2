"""The five things that a run sets up, in safe order; each observes, compares and applies itself."""
