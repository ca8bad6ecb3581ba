"""What the programming languages have in common: templates for functions, reserved words, one function a derivative."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from ..algebra.derivative import Derivatives
from ..syntax.printer import ATOM, Printer, UnprintableError
from ..syntax.records import Assign, List, Subscript
from . import label

_LITERALS = ("True", "False", "None")


class CodePrinter(Printer):
    """Prints expressions in a programming language.

    `functions` has for each function the name it has there, or a template with `{0}`, `{1}` for its arguments;
    `constants` the spelling of `pi` and its like; `reserved` the words that cannot name a variable, which then ends
    in an underscore. `has_vectors`: whether its operations work on several numbers at once.
    """

    language: str
    functions: Mapping[str, str]
    constants: Mapping[str, str]
    reserved: Collection[str] = ()
    has_vectors: bool = False

    def name(self, name: str) -> str:
        if name in self.constants and name not in self.variables:
            return self.constants[name]
        return f"{name}_" if name in self.reserved and name not in _LITERALS else name

    def __init__(self, variables: Collection[str] = ()) -> None:
        self.variables = variables

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) in (List, Subscript) and not self.has_vectors:
            raise UnprintableError(f"{self.language} has no operations on vectors")
        return super().node(node, parts)

    def spelling(self, function: str) -> str | None:
        """The name or the template of a function; None: there is none."""
        return self.functions.get(function)

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        template = self.spelling(function)
        if template is None:
            raise UnprintableError(f"{self.language} has no function for `{function}`")
        if "{" not in template:
            return super().call(template, parts)
        if f"{{{len(parts) - 1}}}" not in template or f"{{{len(parts)}}}" in template:
            raise UnprintableError(f"{self.language} has no function for `{function}` with these arguments")
        texts = [text if level == ATOM else f"({text})" for text, level in parts]
        return f"({template.format(*texts)})", ATOM


def functions(
    derivatives: Derivatives, printer: CodePrinter, write: Callable[[str, list[str], list[tuple[str, str]], str], str]
) -> list[str]:
    """The text of a function for each derivative.

    `write` makes it from its name, parameters, assignments and result.
    """
    parameters = [printer.name(name) for name in derivatives.variables]
    texts: list[str] = []
    for by in derivatives.results:
        *assigns, result = derivatives.program(by).statements
        pairs = [(printer.name(a.name), printer.text(a.value)) for a in assigns if type(a) is Assign]
        name = label(by)
        texts.append(write(f"{name}_" if name in parameters else name, parameters, pairs, printer.text(result)))
    return texts


def python_function(name: str, parameters: list[str], assigns: list[tuple[str, str]], result: str) -> str:
    """A function in Python."""
    lines = [f"def {name}({', '.join(parameters)}):"]
    lines += [f"    {target} = {value}" for target, value in assigns]
    lines.append(f"    return {result}")
    return "\n".join(lines) + "\n"
