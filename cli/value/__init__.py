"""Report to text: one small module for each format, each with `render(report, style) -> str`."""
