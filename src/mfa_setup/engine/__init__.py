"""Settings, observe, plan, guard, apply: the one way that every command goes."""
