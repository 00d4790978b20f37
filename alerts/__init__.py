"""Subscribers hear of a change once, with its reason."""
