"""`python -m mfa_setup`, and the entry point of the installed script."""

from mfa_setup.cli.main import main

if __name__ == "__main__":
    main()
