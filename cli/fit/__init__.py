"""Fits: reading the rows, and writing what was found, for people, for programs, as columns and as pictures."""
