"""What can go wrong on the command line beside a wrong expression, and the exit codes."""

from __future__ import annotations

OK = 0
FAILED = 1
USAGE = 2
EXPRESSION = 3
EVALUATION = 5
BUG = 70
INTERRUPTED = 130

EVALUATION_KINDS = ("shape", "type", "value")


class UsageError(Exception):
    """A wrong call: an option, a file, a variable missing or unused. `help` says what to do about it."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help

    def __str__(self) -> str:
        lines = [f"error[usage]: {self.message}"]
        if self.help:
            lines.append(f"  = help: {self.help}")
        return "\n".join(lines)
