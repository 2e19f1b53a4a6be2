"""The state of both services, read once per run and used by the plan, the guard, `doctor` and `undo`."""
