"""Lots, events, traces and findings."""
