"""The sandbox's pages for people: an overview and an inbox."""
