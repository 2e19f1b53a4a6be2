"""The one sink: everything that a person or a program reads leaves from here."""
