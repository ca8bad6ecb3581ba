"""Equations as they are given, and their roots as text: one small module for each format, each with `render`."""
