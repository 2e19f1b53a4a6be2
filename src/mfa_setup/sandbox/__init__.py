"""A stateful simulation of an Auth0 tenant and a Twilio account on loopback."""

import logging

# Where nobody listens, nothing is said; `mfa-setup sandbox` listens, and so does pytest.
logging.getLogger(__name__).addHandler(logging.NullHandler())
