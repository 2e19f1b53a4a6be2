"""Runs the code of Actions, in an embedded JavaScript engine."""
