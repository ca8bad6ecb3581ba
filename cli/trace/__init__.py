"""The passes as text: one small module for each format, each with `render(report, passes, style) -> str`."""
