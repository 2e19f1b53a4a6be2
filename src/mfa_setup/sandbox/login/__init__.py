"""The login half of Auth0: Universal Login, the tokens that a login issues, and the MFA API."""
