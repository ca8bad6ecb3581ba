"""Where an expression is least as text: one small module for each format, each with `render(report, style, path)`."""
