"""What is still to be done: rows that workers claim; knows nobody."""
