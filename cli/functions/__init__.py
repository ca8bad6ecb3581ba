"""Functions as text: one small module for each format, each with `listed(functions, width)` and `described(entry)`."""
