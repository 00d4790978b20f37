"""What the pages of lots show: plain view models and the functions that build them."""
