"""The proofs: a real login, whose ID token says that a second factor was used."""
