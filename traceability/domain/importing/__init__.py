"""From rows of a spreadsheet to facts, or to a list of everything that is wrong with them."""
