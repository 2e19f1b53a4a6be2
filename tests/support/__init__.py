"""What the tests of the command line share: a sandbox to work on and a way to run commands."""
