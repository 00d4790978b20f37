"""Reading and writing lots in the forms that others use."""
