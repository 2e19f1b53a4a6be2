"""The Auth0 half of the sandbox: the Management API, the token endpoint, and the state of one tenant."""
