"""One line is all that it takes: the fixture `mfa_sandbox` comes with mfa-setup."""

pytest_plugins = ["mfa_setup.sandbox.testing"]
