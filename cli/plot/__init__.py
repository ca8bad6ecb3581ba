"""Plots: which picture of curves or of a field there is, and what is said below it."""
