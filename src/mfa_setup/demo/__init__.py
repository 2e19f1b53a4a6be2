"""The demo: a complete setup on the sandbox, for which no account is needed."""
