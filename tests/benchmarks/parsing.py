"""Parsing an expression for the first time, against Python's own parser."""

from __future__ import annotations

import ast
import itertools

from pairs import ratio

from autodiff.parser.syntax.parse import parse

EXPRESSION = "log(1+exp(-y*(w0+w1*x1+w2*x2)))"

if __name__ == "__main__":
    # A trailing comment makes each text new, so that no result is found in the cache.
    number = itertools.count()
    times, taken = ratio(
        lambda: parse(f"{EXPRESSION}#{next(number)}"), lambda: ast.parse(f"{EXPRESSION}#{next(number)}"), repeat=200
    )
    print(f"parse: {times:.1f} x ast.parse ({taken * 1e6:.0f} us)")
    again, _ = ratio(lambda: parse(EXPRESSION), lambda: ast.parse(EXPRESSION), repeat=2000)
    print(f"parse of an expression met before: {again:.2f} x ast.parse")
