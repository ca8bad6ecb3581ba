"""What a cell prints, kept until it has ended."""

from __future__ import annotations

from ...parser.script.running.guard import exceeded


class Recording:
    """Takes what the cells of a session print, up to `most` characters for each."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.pieces: list[str] = []
        self.length = 0

    def write(self, text: str) -> None:
        """Adds a text. LimitError: the cell has printed too much."""
        self.length += len(text)
        if self.length > self.most:
            raise exceeded("elements", self.most, "characters printed by one cell")
        self.pieces.append(text)

    def take(self) -> str:
        """What was written since it was last taken."""
        text = "".join(self.pieces)
        self.pieces.clear()
        self.length = 0
        return text
