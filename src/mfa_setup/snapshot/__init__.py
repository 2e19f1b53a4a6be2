"""What a run knows of both services: read once, frozen, and judged by the plan, the guard, `doctor` and `undo` alike."""
