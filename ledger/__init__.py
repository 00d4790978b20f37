"""The append-only log that proves what was recorded."""
