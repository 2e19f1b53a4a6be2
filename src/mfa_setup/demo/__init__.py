"""The demo: everything that mfa-setup does, on the sandbox and without any account."""
