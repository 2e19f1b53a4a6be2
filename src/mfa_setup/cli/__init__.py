"""The command line: parses arguments, calls the engine and returns a result; contains no SDK calls and no logic."""
