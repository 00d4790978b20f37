"""People, places, facts, instruments, feeds: what the register holds."""
