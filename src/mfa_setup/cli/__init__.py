"""The command line: parses, calls the engine, hands back a result; no SDK and no logic."""
