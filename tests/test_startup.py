"""What a run of the command line imports before it needs it: nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.processes


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


def test_eval_in_a_pipe_imports_neither_rich_nor_scipy_nor_lark() -> None:
    modules = modules_after("eval", "x**2", "--x", "3")
    assert "numpy" in modules
    assert not modules & {"rich", "scipy", "lark", "hypothesis", "pytest"}
    assert not modules & {"shutil", "bz2", "lzma", "fsspec"}


def test_an_expression_costs_the_modules_of_the_table_that_it_uses() -> None:
    modules = modules_after("eval", "x**2", "--x", "3")
    others = ("selection", "elementary", "reduction", "parts", "axes", "getitem", "places", "reshaping")
    assert not modules & {f"autodiff.engine.primitives.{name}" for name in others}
    assert not modules & {"locale", "select", "autodiff.parser.analysis.blame"}
    further = modules_after("eval", "sin(x)", "--x", "3") - modules
    assert "autodiff.engine.primitives.elementary" in further
    assert "autodiff.engine.primitives.reduction" not in further


def test_garbage_is_looked_for_as_soon_as_a_command_begins_and_not_once_it_has_ended() -> None:
    script = (
        "import atexit, gc, sys; from autodiff.cli.start import main; sys.argv[1:] = ['eval', 'x', '--x', '3']; "
        "atexit.register(lambda: print(gc.isenabled(), gc.get_count()[0] < gc.get_freeze_count())); main()"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "True True"


def test_a_batch_of_a_few_lines_imports_no_more_than_eval_and_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("x**2 where x = 3\n")
    modules = modules_after("batch", str(path))
    assert "autodiff.cli.batch.text" in modules
    assert not modules & {"rich", "scipy", "lark", "multiprocessing", "autodiff.engine.program.columns"}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_table_on_the_disk_costs_neither_hashes_nor_fractions_nor_compression(tmp_path: Path, ending: str) -> None:
    path, target = tmp_path / f"points.{ending}", tmp_path / f"out.{ending}"
    if ending == "parquet":
        pytest.importorskip("pyarrow.parquet").write_table(pytest.importorskip("pyarrow").table({"x": [1.0]}), path)
    else:
        path.write_text("x\n1\n")
    modules = modules_after("map", "x*2", str(path), "-o", str(target), "--quiet")
    assert not modules & {"rich", "scipy", "lark", "llvmlite", "secrets", "fractions", "tempfile", "bz2", "lzma"}
    assert not modules & {f"autodiff.engine.primitives.{name}" for name in ("matrix", "reduction")}


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
