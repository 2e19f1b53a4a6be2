"""The pages of the sandbox for people: an overview and an inbox."""
