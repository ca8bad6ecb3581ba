"""What gradients are for: solvers of SciPy's on functions of tensors, with exact derivatives. Knows no text."""
