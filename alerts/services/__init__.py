"""Subscribing and delivering."""
