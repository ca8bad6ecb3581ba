"""What people see of an expression in notebooks and drawings: its graph, and its passes as tables."""
