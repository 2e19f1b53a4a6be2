"""Where a reader finds the documentation, as every page of help names it."""

DOCUMENTATION = "Documentation: README.md and docs/ in the source repository of mfa-setup."
