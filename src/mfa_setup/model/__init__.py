"""The immutable value types that the engine works with."""
