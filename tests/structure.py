"""The structure of the source, read from its text: modules, imports, rooms, functions, tables of operations."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "parser", "cli")

Graph = Mapping[str, frozenset[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, Path]:
    """The product's modules by name, `engine.graph.node`; a folder's `__init__` has the folder's name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return {_name(path): path for path in paths}


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(name: str) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """All nodes of a module's tree."""
    return tuple(ast.walk(tree(name)))


def is_folder(name: str) -> bool:
    """Whether a module is the `__init__` of a folder."""
    return modules()[name].name == "__init__.py"


def outside(name: str) -> set[str]:
    """The libraries that a module imports anywhere in it, by the first word of their names."""
    found: set[str] = set()
    for node in nodes(name):
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.partition(".")[0])
    return found


@cache
def imports() -> Graph:
    """For each module the modules it imports: at its top, inside functions, and where only a type checker looks."""
    return {name: frozenset(_imported(name)) - {name} for name in modules()}


def _imported(name: str) -> Iterator[str]:
    parts = name.split(".")
    package = parts if is_folder(name) else parts[:-1]
    for node in nodes(name):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        start = package[: len(package) - node.level + 1]
        stem = ".".join([*start, *(node.module or "").split(".")]).strip(".")
        for alias in node.names:
            full = f"{stem}.{alias.name}".strip(".")
            target = full if full in modules() else stem
            if target in modules():
                yield target


@cache
def room(name: str) -> str:
    """The folder that a module is in; a folder's `__init__` is in it too, and what stands in a package is a face."""
    return name if is_folder(name) else name.rpartition(".")[0]


def room_imports() -> dict[tuple[str, str], list[str]]:
    """For each two folders of which one imports from the other, which module imports which."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for name, targets in imports().items():
        for target in sorted(targets):
            if room(name) != room(target):
                arrows.setdefault((room(name), room(target)), []).append(f"{name} -> {target}")
    return arrows


def rings(graph: Graph) -> list[list[str]]:
    """The sets of modules each of which imports all others of its set, by way of others (Tarjan's algorithm)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for target in graph[name]:
            if target not in index:
                visit(target)
                low[name] = min(low[name], low[target])
            elif target in stack:
                low[name] = min(low[name], index[target])
        if low[name] == index[name]:
            ring = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(ring) > 1:
                found.append(sorted(ring))

    for name in sorted(graph):
        if name not in index:
            visit(name)
    return found


def functions(name: str) -> Iterator[tuple[str, Function]]:
    """The functions and methods of a module, those inside others included, with their names: `Class.method`."""

    def inside(node: ast.AST, prefix: str) -> Iterator[tuple[str, Function]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                continue
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield prefix + child.name, child
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            yield from inside(child, f"{prefix}{child.name}." if named else prefix)

    return inside(tree(name), "")


def tables_of(names: Iterable[str], module: str, fewest: int = 3) -> list[tuple[int, list[str]]]:
    """The displays (`(...)`, `[...]`, `{...}`) in a module with some of these names as texts: line and names."""
    known = {*names}
    found: list[tuple[int, list[str]]] = []

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            texts = {part.value for part in ast.walk(node) if isinstance(part, ast.Constant)}
            held = sorted(known & {text for text in texts if isinstance(text, str)})
            if len(held) >= fewest:
                found.append((node.lineno, held))
                return
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree(module))
    return found
