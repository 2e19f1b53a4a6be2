"""The tool's own files, which only their owner can read."""
