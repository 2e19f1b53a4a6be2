"""Sets up many tenants in one process, each with its own independent run."""
