"""The rules of the scorecard: plain Python, no Django, no I/O, no clock."""
