"""What the pages of scores show: plain view models and the functions that build them."""
