"""SQL: a list to select, in the dialect of a database, which sqlglot writes."""

from __future__ import annotations

import json
import re

from ..derivatives.derivative import Derivatives
from ..semantics.names import CONSTANTS
from ..syntax.printer import ATOM, UnprintableError, enclosed
from .how import How, UnsupportedError, label
from .scalar import ScalarPrinter

_USUAL = "duckdb"
_WORDS = (
    "all alter and any array as asc between by case cast check column constraint create cross current "
    "current_catalog current_date current_time current_timestamp current_user default delete desc distinct do "
    "drop else end except exists false fetch for foreign from full glob grant group having ilike in index inner "
    "insert intersect interval into is join key lateral left like limit localtime localtimestamp merge natural "
    "not notnull null of offset on or order outer partitioned_by primary qualify range references regexp "
    "returning revoke right rlike rollback row rows select session_user set some straight_join table tablesample "
    "then to true uncache union unique update user using values view when where window with xor"
)

# What is called in SQL as it is here.
_SAME = "abs acos acosh asin asinh atan atan2 atanh ceil cos cosh exp floor sign sin sinh sqrt tan tanh trunc"


class SqlPrinter(ScalarPrinter):
    """Prints SQL of numbers in columns."""

    language = "SQL"
    choice, choice_level = "CASE WHEN {} THEN {} ELSE {} END", ATOM
    operators = {"**": "POWER({}, {})", "and": "AND", "or": "OR", "not": "NOT ", "==": "=", "!=": "<>"}  # noqa: RUF012
    constants = {name: repr(value) for name, value in CONSTANTS.items()}  # noqa: RUF012
    functions = {  # noqa: RUF012
        **{name: name.upper() for name in _SAME.split()},
        "cbrt": "SIGN({0})*POWER(ABS({0}), 1.0/3.0)",
        "copysign": "CASE WHEN {1} < 0.0 THEN -ABS({0}) ELSE ABS({0}) END",
        "exp2": "POWER(2.0, {0})",
        # Both keep the digits of small numbers.
        "expm1": "2.0*SINH({0}/2.0)*EXP({0}/2.0)",
        "log1p": "CASE WHEN ABS({0}) < 0.5 THEN 2.0*ATANH({0}/(2.0 + {0})) ELSE LN(1.0 + {0}) END",
        "fmax": "GREATEST",
        "fmin": "LEAST",
        "fmod": "{0} - {1}*TRUNC({0}/{1})",
        "hypot": "SQRT({0}*{0} + {1}*{1})",
        "ldexp": "{0}*POWER(2.0, {1})",
        "log": "LN",
        "log10": "LN({0})/LN(10.0)",
        "log2": "LN({0})/LN(2.0)",
        "maximum": "GREATEST",
        "minimum": "LEAST",
        "round": "CASE WHEN ABS({0} - TRUNC({0})) = 0.5 THEN 2.0*ROUND({0}/2.0) ELSE ROUND({0}) END",
        "%": "{0} - {1}*FLOOR({0}/{1})",
        "//": "FLOOR({0}/{1})",
    }

    def name(self, name: str) -> str:
        if name in ("inf", "nan") and name not in self.variables and name not in self.arguments:
            raise UnprintableError(f"{self.language} has no number `{name}`")
        return super().name(name)

    def spelled(self, name: str) -> str:
        """A column: in quotation marks where it would be taken for a word, or for one in other letters."""
        is_plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name not in _WORDS.split()
        return name if is_plain else json.dumps(name, ensure_ascii=False)


def render(derivatives: Derivatives, source: str, how: How) -> str:
    """The value and the derivatives, each with its name, to stand between SELECT and FROM.

    UnsupportedError: there is no such dialect, or sqlglot is not installed.
    """
    try:
        import sqlglot
    except ImportError:
        from ..syntax.extras import how_to_install

        message = "SQL is written by sqlglot, which is not installed"
        raise UnsupportedError(message, f"install it with `{how_to_install('sql')}`") from None
    dialect = how.dialect or _USUAL
    if sqlglot.Dialect.get(dialect) is None:  # pyrefly: ignore[bad-argument-type]
        known = ", ".join(sorted(name for name in sqlglot.Dialect.classes if name))
        raise UnsupportedError(f"there is no dialect `{dialect}` of SQL", f"one of {known}")
    printer = SqlPrinter(derivatives.variables)
    if derivatives.arrays:
        raise UnprintableError(f"{printer.language} has no operations on vectors")
    arguments: dict[str, str] = {}
    printer.arguments = arguments
    for assign in derivatives.used():
        # A select list cannot name a part for its other columns.
        arguments[assign.name] = enclosed(printer.texts(assign.value), ATOM)
    columns: list[str] = []
    for by, result in derivatives.results.items():
        # By itself a column such as `load` would begin a statement.
        try:
            (tree,) = sqlglot.parse_one(f"SELECT {printer.text(result)}").expressions
            named = tree.as_(label(by), quoted=not re.fullmatch(r"[a-z0-9_]+", label(by)))
            columns.append(named.sql(dialect=dialect))
        except RecursionError:
            raise UnprintableError(f"{printer.language} has no columns with so many brackets in each other") from None
    return ",\n".join(columns) + "\n"
