"""Scores worked out from recorded facts by published rules."""
