"""The Merkle tree, canonical JSON and actors: no Django."""
