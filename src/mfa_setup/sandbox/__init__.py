"""Both services on loopback, with state: a stand-in for the Auth0 tenant and the Twilio account."""

import logging

# Where nobody listens, nothing is said; `mfa-setup sandbox` listens, and so does pytest.
logging.getLogger(__name__).addHandler(logging.NullHandler())
