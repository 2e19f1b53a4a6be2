"""The demo: a complete setup on the sandbox, without any account."""
