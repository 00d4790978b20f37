"""The rules of the lot graph: no Django, no I/O, no clock."""
