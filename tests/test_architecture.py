"""The architecture: floors, rooms, names, sizes. structure.py reads them from the source; what breaks one is named.

Imports inside functions and those for type checkers alone count as any other. The lists of exceptions may only get
shorter, and each entry has its reason beside it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator

import pytest
from structure import (
    PACKAGES,
    ROOT,
    Function,
    functions,
    imports,
    is_folder,
    modules,
    nodes,
    outside,
    rings,
    room,
    room_imports,
    tables_of,
)

import autodiff.engine.linalg
import autodiff.engine.nn.functional
import autodiff.engine.special  # noqa: F401  (the names of all modules of torch)
from autodiff.engine.table.registry import FUNCTIONS, all_primitives

# For each package, those it may import from, and the libraries it is made with.
BELOW = {"engine": {"engine"}, "parser": {"engine", "parser"}, "cli": {"engine", "parser", "cli"}}
LIBRARIES = {
    "engine": {"llvmlite", "numpy", "scipy"},
    "parser": {"flint", "lark", "numpy", "pygraphviz", "sqlglot"},
    "cli": {
        "click",
        "cloudpickle",
        "contourpy",
        "distributed",
        "fsspec",
        "matplotlib",
        "numpy",
        "plotext",
        "prompt_toolkit",
        "rich",
    },
}

# From the ground up: a room imports from the rooms before it, from its own files, and never from a room after it. What
# stands in a package itself, its faces, is on top.
FLOORS = {
    "engine": (
        *("tensors", "graph", "table", "primitives", "autograd"),
        *("program.native", "program", "optimize", "api", "distributions", "nn", "optim", "utils"),
    ),
    "parser": (
        *("syntax", "semantics", "algebra", "derivatives", "unparse"),
        *("script.reading", "script.running", "script", "notes"),
        *("analysis", "display", "solving", "rows", "frames", "library"),
    ),
    "cli": (
        "shell",
        "tables",
        "drawing",
        "value",
        "trace",
        "graph",
        "check",
        "functions",
        "minimize",
        "solve",
        "map",
        "fit",
        "plot",
        "propagate",
        "batch",
        "cluster",
        "run",
        "repl",
        "commands",
    ),
}

# The first line of each module of these rooms. They use each other's private names: a tensor's `_data`.
STRICT = "# pyright: strict, reportPrivateUsage=false\n"
HEART = {"engine.tensors", "engine.graph", "engine.table"}

FORBIDDEN_NAMES = {"utils", "helpers", "base", "misc", "common"}
TORCHS_OWN = {"engine.utils", "engine.nn.utils"}
# Formats have a file in each room that prints them; torch has two modules `functional`, and so has its double.
MANY_TIMES = {"json", "jsonl", "csv", "tsv", "plain", "pretty", "markdown", "latex", "text", "functional"}

LOOSE = 6
LONGEST_FILE = 600
LONGEST_FUNCTION = 60
LONG_FUNCTIONS: dict[str, int] = {
    "engine.autograd.gradcheck.gradgradcheck": 61,  # its parameters are torch's
}

# Tables outside the records that name three or more operations, by module. Printers have a table of spellings each.
PRINTERS = "parser.unparse."
TABLES = {
    "cli.main": 1,  # commands, of which some are called as operations are
    "engine.program.native.instructions": 1,  # functions of NumPy, in the language of LLVM
    "parser.algebra.arrays": 1,  # its rules, an entry a rule
    "parser.algebra.balls": 2,  # functions, in the language of FLINT: by their own names, and by others
    "parser.algebra.calls": 1,  # its rules for what is no call
    "parser.algebra.functions": 1,  # which reductions the algebra knows to keep numbers numbers
    "parser.algebra.matrices": 1,  # which reductions have all arguments of a sum
    "parser.algebra.shapes": 1,  # of which calls the first argument decides the dtype
    "parser.script.reading.language": 2,  # the special methods that a class may have
    "parser.script.running.attributes": 2,  # the methods of Python's own values
    "parser.script.running.expressions": 1,  # what Python's operators do
}

# What the command line leaves to the parser's analysis: graphs, derivatives and programs.
MATHEMATICS = {"engine.autograd", "engine.graph", "engine.primitives", "engine.program"}


def listed(lines: Iterable[str]) -> str:
    return "\n" + "\n".join(lines)


def of(package: str) -> list[str]:
    """The modules of a package."""
    return [name for name in modules() if name.partition(".")[0] == package]


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_from_cli_to_parser_to_engine_and_never_back(package: str) -> None:
    wrong = [
        f"{name} -> {target}"
        for name in of(package)
        for target in imports()[name]
        if target.partition(".")[0] not in BELOW[package]
    ]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_the_libraries_it_is_for(package: str) -> None:
    for name in of(package):
        assert outside(name) - set(sys.stdlib_module_names) <= LIBRARIES[package], name


@pytest.mark.parametrize("package", PACKAGES)
def test_no_file_imports_itself_by_way_of_others(package: str) -> None:
    found = [ring for ring in rings(imports()) if ring[0].startswith(package)]
    assert not found, listed(map(" ".join, found))


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_a_floor(package: str) -> None:
    rooms = {room(name) for name in of(package) if not is_folder(name)} - {package}
    assert rooms == {f"{package}.{name}" for name in FLOORS[package]}


def test_the_house_in_the_walk_is_drawn_as_it_is() -> None:
    (house,) = re.findall(r"```text\n(.*?)```", (ROOT / "docs" / "walk.md").read_text("utf-8"), re.DOTALL)
    storeys = re.findall(r"\|  ([a-z ]+?)(?: *\||$)", house, re.MULTILINE)
    drawn = [name for storey in reversed(storeys) for name in storey.split()]
    assert drawn == [name for floors in FLOORS.values() for name in floors if "." not in name]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_room_imports_only_from_rooms_below(package: str) -> None:
    heights = {f"{package}.{name}": height for height, name in enumerate(FLOORS[package])}
    heights[package] = len(heights)
    wrong = [
        f"{lower} is below {upper}, but {pair}"
        for (lower, upper), pairs in sorted(room_imports().items())
        if lower in heights and upper in heights and heights[lower] < heights[upper]
        for pair in pairs
    ]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_file_name_occurs_once_in_a_package(package: str) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for name in of(package):
        if not is_folder(name):
            places[name.rpartition(".")[2]].append(name)
    wrong = [
        f"{stem}: {', '.join(names)}" for stem, names in places.items() if len(names) > 1 and stem not in MANY_TIMES
    ]
    assert not wrong, listed(wrong)


def test_files_are_named_for_what_they_hold() -> None:
    names = [name for name in modules() if name not in TORCHS_OWN]
    assert not {name.rpartition(".")[2] for name in names} & FORBIDDEN_NAMES


def test_few_modules_stand_outside_a_room() -> None:
    loose = [name for name in modules() if name.count(".") == 1 and not is_folder(name) and name != "cli.main"]
    assert len(loose) <= LOOSE, listed(loose)


def test_no_file_is_longer_than_anyone_reads() -> None:
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in modules().items()}
    wrong = [f"{name}: {n} lines" for name, n in lengths.items() if n > LONGEST_FILE]
    assert not wrong, listed(wrong)


def test_no_function_is_longer_than_a_screen_without_a_reason() -> None:
    wrong = [
        f"{name}.{function}: {length(node)} lines"
        for name in modules()
        for function, node in functions(name)
        if length(node) > LONG_FUNCTIONS.get(f"{name}.{function}", LONGEST_FUNCTION)
    ]
    assert not wrong, listed(wrong)


def length(node: Function) -> int:
    """A function's lines from `def` on, the docstring included."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_what_an_operation_is_stands_in_its_record_and_nowhere_else() -> None:
    names = {
        *FUNCTIONS,
        *(alias for f in FUNCTIONS.values() for alias in f.aliases),
        *(p.name for p in all_primitives()),
    }
    wrong: list[str] = []
    for name in modules():
        if name.startswith(("engine.primitives", PRINTERS)):
            continue
        found = tables_of(names, name)
        if len(found) > TABLES.get(name, 0):
            wrong += [f"{name}:{line}: {', '.join(held[:8])}" for line, held in found]
    assert not wrong, listed(wrong)


def test_the_cube_root_is_named_in_its_record_and_in_the_spellings_of_printers_alone() -> None:
    named = {name for name, path in modules().items() if "cbrt" in path.read_text(encoding="utf-8")}
    others = {name for name in named if not name.startswith(PRINTERS)}
    assert others == {"engine.primitives.elementary", "parser.algebra.balls"}


def test_nothing_depends_on_the_module_that_a_function_was_written_in() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for name in modules()
        for node in loaded_attributes(name)
        if node.attr == "__module__"
        and not name.endswith("script.running.builtins")  # passes it on to a class it makes
        and not name.endswith("script.running.pretty")  # shows it, as IPython does
        and not name.endswith("script.running.torch_homes")  # has classes show that of PyTorch
    ]
    assert not wrong, listed(wrong)


def loaded_attributes(name: str) -> Iterator[ast.Attribute]:
    """The attributes that a module reads."""
    for node in nodes(name):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield node


def test_nothing_looks_for_words_in_documentation_or_in_messages() -> None:
    wrong = [
        f"{name}:{node.lineno}: {ast.unparse(node)}"
        for name in modules()
        for _, function in functions(name)
        for node in looked_through(function)
    ]
    assert not wrong, listed(wrong)


SEARCHES = {"startswith", "endswith", "find", "index", "count", "search", "match", "fullmatch", "findall"}


def looked_through(function: Function) -> Iterator[ast.expr]:
    """Where a function searches documentation or a message, if by a name it gave it."""
    nodes = list(ast.walk(function))
    named = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign | ast.NamedExpr) and is_prose(node.value)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }

    def prose(node: ast.expr) -> bool:
        node = node.value if isinstance(node, ast.NamedExpr) else node
        return is_prose(node) or (isinstance(node, ast.Name) and node.id in named)

    for node in nodes:
        found: list[ast.expr] = []
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            found = node.comparators
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SEARCHES:
            found = [node.func.value, *node.args]
        if isinstance(node, ast.expr) and any(map(prose, found)):
            yield node


@pytest.mark.parametrize(
    "source",
    [
        'if "size" in str(error): pass',
        'text = str(error)\n    if "size" in text: pass',
        'if (text := error.message).startswith("size"): pass',
        'if re.search("size", str(error)): pass',
    ],
)
def test_looking_for_words_in_a_message_is_found(source: str) -> None:
    function = ast.parse(f"def f(error):\n    {source}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert list(looked_through(function))


def is_prose(node: ast.expr) -> bool:
    """Whether an expression is documentation or a message: `record.doc`, `str(error)`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "str" and "error" in ast.unparse(node)
    return isinstance(node, ast.Attribute) and node.attr in {"doc", "__doc__", "message", "edges"}


def test_an_error_of_an_operation_says_what_it_is_about() -> None:
    """Else it is taken for Python's or NumPy's, whose words no user sees."""
    wrong = [
        f"{name}:{node.lineno}: {ast.unparse(node)[:80]}"
        for name in modules()
        if room(name) in {"engine.tensors", "engine.primitives", "engine.api", "parser.semantics"}
        for node in nodes(name)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name)
        if node.exc.func.id in {"AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"}
    ]
    assert not wrong, listed(wrong)


def test_the_heart_of_the_engine_is_checked_under_the_strictest_rules_of_types() -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules().items() if room(name) in HEART}
    wrong = [name for name, text in texts.items() if text and not text.startswith(STRICT)]
    assert len(texts) > len(HEART)
    assert not wrong, listed(wrong)


def test_only_the_cli_prints() -> None:
    wrong = [
        f"{name}:{node.lineno}"
        for package in ("engine", "parser")
        for name in of(package)
        for node in nodes(name)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "eval", "exec"}
        and name != "parser.script.trusted"  # runs the person's own Python
    ]
    assert not wrong, listed(wrong)


def test_the_cli_has_no_mathematics() -> None:
    wrong = [
        f"{name} -> {target}"
        for name in of("cli")
        for target in imports()[name]
        if {target, room(target)} & MATHEMATICS
    ]
    assert not wrong, listed(wrong)


# Where time is looked at in tests, and what keeps them from depending on the speed of the machine.
LOOKS_AT_TIME = {
    "pace.py",  # as generously as can be
    "huge_calls.py",  # the processor's, thirty times what the longest call takes
    "test_language.py",  # in a script
    "test_progress.py",  # until something comes that is certain to
    "test_repl.py",  # the same
}


def test_no_test_depends_on_how_fast_the_machine_is() -> None:
    """What waits, waits for what it looks for, or TIMEOUT; that something is quick is said by `pace`."""
    clock = re.compile(r"\b(perf_counter|process_time|monotonic)\b|\b(timeout=|wait\(|join\()[1-9][0-9]?\b")
    files = [path for path in (ROOT / "tests").rglob("*.py") if path.parent.name != "benchmarks"]
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        if path.name not in LOOKS_AT_TIME
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if clock.search(line) and "re.compile" not in line
    ]
    assert not wrong, listed(wrong)
