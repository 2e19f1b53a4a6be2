"""Many tenants in one process: each has a run of its own, and none touches another's."""
