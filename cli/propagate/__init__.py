"""Printers of values with their deviations, and these for the rows of tables."""
