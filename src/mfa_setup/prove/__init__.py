"""The proofs that MFA works: a test login, whose ID token shows that a second factor was used, and a test SMS."""
