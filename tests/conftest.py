"""What holds for all tests."""

from collections import Counter
from pathlib import Path

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how much of each recorded file holds, so that what is skipped is seen."""
    scores: dict[str, Counter[str]] = {}
    for outcome in ("passed", "skipped", "xfailed", "failed"):
        for report in terminalreporter.getreports(outcome):
            path, _, test = report.nodeid.partition("::")
            if "test_recorded_" in path and (report.when == "call" or outcome == "skipped"):
                scores.setdefault(f"{Path(path).stem}: {test.partition('[')[0]}", Counter())[outcome] += 1
    if scores:
        terminalreporter.section("recorded facts of PyTorch: passed / applicable / total")
    for name, counts in sorted(scores.items()):
        total = counts.total()
        applicable = total - counts["skipped"]
        terminalreporter.line(f"{name}: {counts['passed']} / {applicable} / {total}")
