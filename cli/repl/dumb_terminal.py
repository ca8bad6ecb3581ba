"""Typing on a terminal that can only print, such as one inside an editor: line by line, without keys of ours."""

from __future__ import annotations

import sys

from .typed import CONTINUATION, PROMPT, may_end


class Lines:
    """Reads one input after the other, each of as many lines as it takes."""

    def read(self) -> str:
        """The next input. EOFError: there is none. KeyboardInterrupt: it was dropped."""
        text = self._line(PROMPT)
        while not may_end(text):
            text = f"{text}\n{self._line(CONTINUATION)}"
        return text

    def _line(self, prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        try:
            line = sys.stdin.readline()
            if not line:
                raise EOFError
        except (EOFError, KeyboardInterrupt):
            # What is written next is to stand on a line of its own.
            sys.stdout.write("\n")
            raise
        return line.rstrip("\n")
