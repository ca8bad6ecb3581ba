"""What programs in Python use: an expression, with all that can be done with it."""
