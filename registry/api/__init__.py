"""The JSON that programs read."""
