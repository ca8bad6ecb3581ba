"""A cell of a notebook, or of a text that is written like one."""

from __future__ import annotations

from typing import NamedTuple


class Cell(NamedTuple):
    """Code, and the output that is recorded for it.

    `number` is the one in `In [number]:`; `name` is what errors call the source of the code, and `line` where it begins
    there, from 1. `fails` says that the output ends with an error. `following` is all that follows the code in a text
    that does not mark where the output ends: `output` is then its first paragraph, if that can be output. `ran` is
    when it was run last, as the notebook says; `ignored` names what is no part of `output`: figures, progress bars.
    """

    number: int
    code: str
    name: str
    line: int
    output: str
    fails: bool
    following: str = ""
    ran: int | None = None
    ignored: tuple[str, ...] = ()
