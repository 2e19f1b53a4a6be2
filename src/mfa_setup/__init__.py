"""SMS multi-factor authentication for an Auth0 tenant through Twilio, set up by one command and proved."""

__version__ = "0.1.0"
