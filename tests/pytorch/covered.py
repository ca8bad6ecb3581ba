"""Prints which of PyTorch's own autograd tests ours stand for: `python tests/pytorch/covered.py`.

A test of ours names them: `@pytest.mark.covers("TestAutograd.test_hooks")`. data/torch_autograd_tests.json lists those
that apply to this engine, by group.
"""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).parents[1]


def applicable() -> dict[str, dict[str, str]]:
    """The names that apply, by group, each with "yes" or "adapt"."""
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in json.loads((TESTS / "pytorch/data/torch_autograd_tests.json").read_text()):
        groups[entry["group"]][f"{entry['class']}.{entry['test']}"] = entry["applies"]
    return groups


def covered() -> dict[str, list[str]]:
    """The names that tests of ours mention in a `covers` mark, each with those tests."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.covers":
                    for argument in decorator.args:
                        found[ast.literal_eval(argument)].append(f"{path.stem}::{node.name}")
    return found


def main() -> None:
    by_name = covered()
    known = {name for names in applicable().values() for name in names}
    for name in sorted(set(by_name) - known):
        print(f"not a name of the list: {name} ({', '.join(by_name[name])})")
    for group, names in sorted(applicable().items()):
        done = [name for name in names if name in by_name]
        print(f"{group}: {len(done)} of {len(names)}")
        missing = [
            name.partition(".")[2] for name, applies in names.items() if name not in by_name and applies == "yes"
        ]
        if missing:
            print(f"    to do: {', '.join(missing)}")
    total = sum(map(len, applicable().values()))
    print(f"covered: {len(known & set(by_name))} of {total}")


if __name__ == "__main__":
    main()
