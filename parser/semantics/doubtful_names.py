"""Variables that look like something else: a function without brackets, a product without its sign, a constant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from unicodedata import normalize

from ...engine.table.registry import FUNCTIONS
from ..syntax.records import Binary, Compare, Name, Program, Unary
from ..syntax.walk import body_of, walk
from ..syntax.what_is_meant import other_constant
from .names import CONSTANTS

# What a function's name runs into, or what stands in a product, where it is no other variable of the expression.
_LETTERS = ("x", "y", "z", "theta", "pi", "π")
_LONGEST = 60  # of a name that may be several words
# An assignment as R writes it.
_ASSIGNED = re.compile(r"(\w+) *<-")
_COUNTED = re.compile(r"(\d*)(\D\w*)")


def doubtful(name: str, names: Collection[str]) -> str | None:
    """What a variable may have been meant for, among variables called `names`: `sin(x)` for `sinx`; None: nothing."""
    if len(name) > _LONGEST:
        return None
    plain = normalize("NFKC", name)
    if plain != name and plain.isascii() and plain.isalpha():
        return plain
    folded = name if name in FUNCTIONS or len(name) == 1 else name.lower()
    if folded in FUNCTIONS:
        # Others, such as gamma, are as likely variables.
        return f"{folded}(x)" if FUNCTIONS[folded].family == "elementary" else None
    constant = other_constant(name) or folded
    if len(name) > 1 and constant in (*CONSTANTS, "True", "False"):
        return constant

    def is_known(part: str) -> bool:
        return part in _LETTERS or (part != name and part in names)

    for end in range(len(name) - 1, 1, -1):
        function = FUNCTIONS.get(name[:end]) if name[:end] in FUNCTIONS else None
        found = _COUNTED.fullmatch(name[end:])
        if function is not None and function.elementwise and function.tensors == 1 and found and is_known(found[2]):
            return f"{name[:end]}({found[1] + '*' if found[1] else ''}{found[2]})"
    factors: list[str] = []
    rest = name
    while rest and len(factors) < 4:
        # The longest that the rest begins with.
        ends = range(len(rest), 0, -1)
        factor = next((rest[:end] for end in ends if is_known(rest[:end])), None)
        if factor is None:
            return None
        factors.append(factor)
        rest = rest[len(factor) :]
    return "*".join(factors) if not rest and 1 < len(factors) < 4 else None


def remarks(program: Program, names: Collection[str]) -> Iterator[str]:
    """What to say of variables whose values are never given, and which so may not be meant as such."""
    known = frozenset(names)
    for name in names:
        meant = doubtful(name, known)
        if meant is not None:
            yield f"`{name}` is a variable here; if it is not meant as one, write `{meant}`"
    powers = [r for s in program.statements for r in walk(body_of(s)) if type(r) is Binary and r.op == "**"]
    if "E" in names and any(type(power.left) is Name and power.left.name == "E" for power in powers):
        yield "`E` is a variable here; Euler's number is `e`"
    if "T" in names and any(type(power.right) is Name and power.right.name == "T" for power in powers):
        yield "`T` is a variable here; a transpose is written `A.T`"
    yield from _comments(program, names)
    for statement in program.statements:
        arrow = _ASSIGNED.match(program.source, statement.start, statement.end)
        if type(statement) is Compare and arrow:
            yield f"`{arrow[0]}` compares with a negative number; to give a name to a value, write `{arrow[1]} = ...`"


def _comments(program: Program, names: Collection[str]) -> Iterator[str]:
    """What looks like a comment: an operator before a word that is nothing else in the expression."""
    records = [record for statement in program.statements for record in walk(body_of(statement))]
    words = [record.name for record in records if type(record) is Name]
    for record in records:
        right = record.right if type(record) is Binary and record.op in ("//", "-") else None
        word = right.operand if type(right) is Unary and right.op == "-" else right
        if type(word) is Name and word.name in names and words.count(word.name) == 1 and len(word.name) > 3:
            sign = program.source[word.start - 3 : word.start].strip()
            if sign in ("//", "--"):
                yield f"`{sign} {word.name}` is computed, with a variable `{word.name}`; a comment begins with `#`"
