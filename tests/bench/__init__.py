"""Benchmarks: each prints both sides, the ratio and the goal."""
