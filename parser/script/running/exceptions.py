"""Errors of a running script: where it stopped, and through which calls it came there."""

from __future__ import annotations

from collections.abc import Sequence

from ...syntax.errors import ExpressionError
from ..reading.script import Script, Span


class ScriptError(ExpressionError):
    """An error of a running script; `type_name` is Python's name for it, such as "RuntimeError".

    `notes` say which functions were running, the innermost first, and where each was called.
    """

    def __init__(
        self,
        kind: str,
        type_name: str,
        message: str,
        script: Script,
        span: Span,
        help: str | None,
        notes: Sequence[str],
    ) -> None:
        super().__init__(kind, message, script.source, *span, help, script.name)
        self.first_line = script.first_line
        self.type_name = type_name
        self.notes = tuple(notes)
