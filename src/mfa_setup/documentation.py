"""The line that tells readers where the documentation is; every help page shows it."""

DOCUMENTATION = "Documentation: README.md and docs/ in the source repository of mfa-setup."
