"""Writing lots, events and what follows from them."""
