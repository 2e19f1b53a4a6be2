"""Everything that people or programs read is written here: one renderer for each type of result, and the sink."""
