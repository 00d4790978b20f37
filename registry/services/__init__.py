"""Writing to the register: one verb a function, each in one transaction with its log entry."""
