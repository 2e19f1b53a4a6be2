"""Both services on loopback, with state: a stand-in for the Auth0 tenant and the Twilio account."""
