"""What the programming languages have in common: templates for functions, reserved words, one function a derivative."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from typing import Any

from ...engine.table.registry import FUNCTIONS
from ...engine.tensors.dtypes import is_number
from ..algebra.derivative import Derivatives
from ..syntax.parse import parse
from ..syntax.printer import ATOM, Printer, UnprintableError, enclosed
from ..syntax.records import Assign, List, Name, Subscript
from ..syntax.walk import walk
from . import label

# What math.h has by these names, and Python's math after it.
MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp expm1 floor fmod hypot lgamma "
    "log log10 log1p log2 sin sinh sqrt tan tanh trunc"
)
_LITERALS = ("True", "False", "None")


class CodePrinter(Printer):
    """Prints expressions in a programming language.

    `functions` has for each function the name it has there, or a template with `{0}`, `{1}` for its arguments; what it
    lacks is written out where its record has a definition. `constants` has the spelling of `pi` and its like,
    `reserved` the words that cannot name a variable, which then ends in an underscore, and `is_name` tells what else
    can. `has_vectors`: whether its operations work on several numbers at once.
    """

    language: str
    functions: Mapping[str, str]
    constants: Mapping[str, str]
    reserved: Collection[str] = ()
    has_vectors: bool = False

    def __init__(self, variables: Collection[str] = ()) -> None:
        self.variables = variables
        # What variables and shared parts are called here.
        self.names: dict[str, str] = {}
        # The texts of what stands for the arguments of a function that is written out.
        self.arguments: Mapping[str, str] = {}

    def name(self, name: str) -> str:
        if name in self.arguments:
            return self.arguments[name]
        if name in self.constants and name not in self.variables:
            return self.constants[name]
        if name in _LITERALS:
            return name
        if name not in self.names:
            self.names[name] = self._new_name(name)
        return self.names[name]

    def is_name(self, text: str) -> bool:
        """Whether the language takes a text as a name, reserved words aside."""
        return text.isidentifier()

    def spelled(self, name: str) -> str:
        """The name in letters that the language takes."""
        usual = unicodedata.normalize("NFKC", name)
        return usual if self.is_name(usual) else plain_name(name)

    def _new_name(self, name: str) -> str:
        """The name as the language can have it, and as no other variable is called."""
        text = self.spelled(name)
        taken = {*self.variables, *self.names.values()} - {name}
        while text in self.reserved or text in taken:
            text += "_"
        return text

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) in (List, Subscript) and not self.has_vectors:
            raise UnprintableError(f"{self.language} has no operations on vectors")
        return super().node(node, parts)

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        """The text of a derivative in the shape of its variable, than which the node may have fewer elements."""
        return self.text(node)

    def spelling(self, function: str) -> str | None:
        """The name or the template of a function; None: there is none."""
        return self.functions.get(function)

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        template = self.spelling(function)
        if template is not None and "{" not in template:
            return super().call(template, parts)
        texts = [enclosed(part, ATOM) for part in parts]
        if template is None:
            return self._written_out(function, texts), ATOM
        if f"{{{len(parts) - 1}}}" not in template or f"{{{len(parts)}}}" in template:
            raise UnprintableError(f"{self.language} has no function for `{function}` with these arguments")
        return f"({template.format(*texts)})", ATOM

    def _written_out(self, function: str, texts: list[str]) -> str:
        """A function that the language lacks, in simpler ones. UnprintableError: its record has none."""
        operation = FUNCTIONS.get(function)
        if operation is None or operation.definition is None:
            raise UnprintableError(f"{self.language} has no function for `{function}`")
        definition = parse(operation.definition).statements[-1]
        names = {record.name for record in walk(definition) if type(record) is Name} & {*operation.arguments}
        left = len(operation.arguments) - len(operation.defaults)
        assumed = zip(operation.arguments[left:], operation.defaults, strict=True)
        given = {name: enclosed(self.number(value), ATOM) for name, value in assumed if is_number(value)}
        given.update(zip(operation.arguments, texts, strict=False))
        if len(texts) > max(len(names), operation.required) or names - given.keys():
            raise UnprintableError(f"{self.language} has no function for `{function}` with these arguments")
        printer = type(self)()
        printer.arguments = given
        text, level = printer.texts(definition)
        return text if level == ATOM and text.startswith("(") else f"({text})"


def plain_name(name: str) -> str:
    """A name in ASCII letters: the names of Greek ones, and the numbers of those that come from no Latin one."""
    letters: list[str] = []
    for letter in unicodedata.normalize("NFKD", name):
        greek = re.fullmatch(r"GREEK (CAPITAL|SMALL) LETTER (\w+)", unicodedata.name(letter, ""))
        if greek is not None:
            letters.append(greek[2].capitalize() if greek[1] == "CAPITAL" else greek[2].lower())
        elif letter.isascii():
            letters.append(letter)
        elif not unicodedata.combining(letter):
            letters.append(f"u{ord(letter):04x}")
    return "".join(letters)


def named(prefix: str, names: str) -> dict[str, str]:
    """The spellings of functions that keep their names behind a prefix."""
    return {name: prefix + name for name in names.split()}


def functions(
    derivatives: Derivatives, printer: CodePrinter, write: Callable[[str, list[str], list[tuple[str, str]], str], str]
) -> list[str]:
    """The text of a function for each derivative.

    `write` makes it from its name, parameters, assignments and result.
    """
    parameters = [printer.name(name) for name in derivatives.variables]
    texts: dict[str, str] = {}
    for by in derivatives.results:
        *assigns, result = derivatives.program(by).statements
        pairs = [(printer.name(a.name), printer.text(a.value)) for a in assigns if type(a) is Assign]
        name = label(tuple([printer.spelled(variable) for variable in by]))
        while name in parameters or name in texts:
            name += "_"
        texts[name] = write(name, parameters, pairs, printer.whole(result, by[-1], by in derivatives.narrow))
    return [*texts.values()]


def python_function(name: str, parameters: list[str], assigns: list[tuple[str, str]], result: str) -> str:
    """A function in Python."""
    lines = [f"def {name}({', '.join(parameters)}):"]
    lines += [f"    {target} = {value}" for target, value in assigns]
    lines.append(f"    return {result}")
    return "\n".join(lines) + "\n"
