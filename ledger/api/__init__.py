"""The log and its proofs, as JSON."""
