"""Sets up SMS multi-factor authentication for an Auth0 tenant through Twilio with one command, and proves it."""

__version__ = "0.2.0"
