"""Plain rules of the register: no Django, no I/O, no clock."""
