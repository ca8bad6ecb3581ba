"""The exit codes, and which errors of an expression mean that evaluating it failed."""

from __future__ import annotations

OK = 0
FAILED = 1
USAGE = 2
EXPRESSION = 3
EVALUATION = 5
BUG = 70
TIMED_OUT = 124
INTERRUPTED = 130

EVALUATION_KINDS = ("shape", "type", "value")
