"""What a run knows of both services: read once, frozen, and judged by plan, guard, `doctor` and `undo` alike."""
