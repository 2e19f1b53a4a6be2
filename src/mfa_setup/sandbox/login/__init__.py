"""The login half of Auth0: Universal Login, the tokens that come of it, and the MFA API."""
