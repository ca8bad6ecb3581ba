"""What the architecture promises: imports run one way, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# For each package, those it may import from.
ALLOWED = {"engine": {"engine"}, "parser": {"engine", "parser"}, "cli": {"engine", "parser", "cli"}}
THIRD_PARTY = {
    "engine": {"numpy", "scipy"},
    "parser": {"lark", "numpy"},
    "cli": {"click", "numpy", "prompt_toolkit", "pygraphviz", "rich"},
}
FORBIDDEN_NAMES = {"utils", "helpers", "base", "misc", "common"}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[tuple[str, ...]]:
    """The modules a file imports, as absolute dotted names split at the dots; the project's start with its package."""
    package = path.relative_to(ROOT).parent.parts
    found: set[tuple[str, ...]] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = tuple(node.module.split(".")) if node.module else ()
            if module:
                found.add((*base, *module))
            else:
                found.update((*base, alias.name) for alias in node.names)
    return found


@pytest.mark.parametrize("package", ALLOWED)
def test_imports_run_from_cli_to_parser_to_engine_and_never_back(package: str) -> None:
    for path in sources(package):
        for module in imported(path):
            if module[0] in ALLOWED:
                assert module[0] in ALLOWED[package], f"{path.relative_to(ROOT)} imports {'.'.join(module)}"


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_the_libraries_it_is_for(package: str) -> None:
    for path in sources(package):
        outside = {m[0] for m in imported(path)} - set(ALLOWED) - set(sys.stdlib_module_names)
        assert outside <= THIRD_PARTY[package], path.relative_to(ROOT)


def test_files_are_named_for_what_they_hold() -> None:
    names = {path.stem for package in ALLOWED for path in sources(package)}
    assert not names & FORBIDDEN_NAMES


def test_only_the_cli_prints() -> None:
    for package in ("engine", "parser"):
        for path in sources(package):
            calls = [
                node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)
            ]
            names = {call.func.id for call in calls if isinstance(call.func, ast.Name)}
            assert not names & {"print", "eval", "exec"}, path.relative_to(ROOT)


def modules_after(*words: str) -> set[str]:
    """The modules a run of the command line has imported by its end, its output going to a pipe."""
    script = (
        "import sys; from autodiff.cli.main import run; code = run(sys.argv[1:]); "
        "print(chr(10).join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    result = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stderr.split())


@pytest.mark.parametrize(
    "words",
    [["--help"], ["--version"], *([name, "--help"] for name in ("eval", "batch", "check", "run", "repl", "functions"))],
    ids=" ".join,
)
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    assert not modules_after(*words) & {"numpy", "lark", "scipy", "rich", "prompt_toolkit", "autodiff.engine"}


def test_eval_in_a_pipe_imports_neither_rich_nor_scipy_nor_once_the_tables_are_kept_lark() -> None:
    modules_after("eval", "x**2", "--x", "3")
    modules = modules_after("eval", "x**2", "--x", "3")
    assert "numpy" in modules
    assert not modules & {"rich", "scipy", "lark", "hypothesis", "pytest"}


def test_a_batch_of_a_few_lines_imports_no_more_than_eval_and_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("x**2 where x = 3\n")
    modules_after("batch", str(path))
    modules = modules_after("batch", str(path))
    assert "autodiff.cli.batch.text" in modules
    assert not modules & {"rich", "scipy", "lark", "multiprocessing", "autodiff.engine.program.columns"}


def test_the_prompt_is_shown_before_numpy_is_imported_and_rich_is_not_at_all() -> None:
    script = (
        "import sys, autodiff.cli.commands.repl, autodiff.cli.repl.conversation, autodiff.cli.repl.editor, "
        "autodiff.cli.repl.history; assert not {'numpy', 'lark', 'autodiff.engine'} & {*sys.modules}; "
        "import autodiff.cli.repl.completing, autodiff.cli.repl.console; assert not {'rich', 'lark'} & {*sys.modules}"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_importing_the_engine_imports_no_parser_and_no_terminal() -> None:
    script = "import autodiff.engine, sys; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(result.stdout.split())
    assert not modules & {"lark", "click", "rich", "scipy", "autodiff.parser", "autodiff.cli"}
