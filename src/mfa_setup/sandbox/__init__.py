"""A stateful simulation of an Auth0 tenant and a Twilio account on loopback."""

import logging

# Keeps the sandbox silent if logging is not configured; `mfa-setup sandbox` and pytest configure it.
logging.getLogger(__name__).addHandler(logging.NullHandler())
