"""What the programming languages have in common: templates for functions, reserved words, one function a derivative."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from copy import copy
from typing import Any, NamedTuple

from ...engine.table.registry import FUNCTIONS
from ...engine.tensors.dtypes import is_number
from ..algebra.derivative import Derivatives
from ..syntax.parse import parse
from ..syntax.printer import ATOM, Printer, UnprintableError, enclosed
from ..syntax.records import Assign, List, Name, Subscript
from ..syntax.walk import walk
from .how import DOUBLE, label

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
    # Whether names that differ in capitals alone are the same.
    ignores_case: bool = False

    def __init__(self, variables: Collection[str] = (), dtype: str = DOUBLE) -> None:
        self.variables = variables
        self.dtype = dtype
        # What variables and shared parts are called here.
        self.names: dict[str, str] = {}
        # The texts of what stands for the arguments of a function that is written out.
        self.arguments: Mapping[str, str] = {}

    def name(self, name: str) -> str:
        if name in self.arguments:
            return self.arguments[name]
        if name in self.constants and name not in self.variables:
            return self.constant(name)
        if name in _LITERALS:
            return name
        if name not in self.names:
            self.names[name] = self._new_name(name)
        return self.names[name]

    def constant(self, name: str) -> str:
        """The spelling of a constant in numbers of the type that is asked for."""
        return self.constants[name]

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
        taken = {self.folded(other) for other in {*self.variables, *self.names.values()} - {name}}
        while self.folded(text) in self.reserved or self.folded(text) in taken:
            text += "_"
        return text

    def folded(self, name: str) -> str:
        """The name, or what the language takes for it."""
        return name.lower() if self.ignores_case else name

    def node(self, node: Any, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if type(node) in (List, Subscript) and not self.has_vectors:
            raise UnprintableError(f"{self.language} has no operations on vectors")
        return super().node(node, parts)

    def check(self, derivatives: Derivatives) -> None:
        """UnprintableError: there are arrays, of which the language has none."""
        if derivatives.arrays and not self.has_vectors:
            raise UnprintableError(f"{self.language} has no operations on vectors")

    def part(self, assign: Assign) -> tuple[str, str]:
        """The name and the text of a part that others share."""
        return self.name(assign.name), self.text(assign.value)

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
            raise UnprintableError(f"{self.language} has no function for `{function}` with these arguments", function)
        return f"({template.format(*texts)})", ATOM

    def _written_out(self, function: str, texts: list[str]) -> str:
        """A function that the language lacks, in simpler ones. UnprintableError: its record has none."""
        operation = FUNCTIONS.get(function)
        if operation is None or operation.definition is None:
            raise UnprintableError(f"{self.language} has no function for `{function}`", function)
        definition = parse(operation.definition).statements[-1]
        names = {record.name for record in walk(definition) if type(record) is Name} & {*operation.arguments}
        left = len(operation.arguments) - len(operation.defaults)
        assumed = zip(operation.arguments[left:], operation.defaults, strict=True)
        given = {name: enclosed(self.number(value), ATOM) for name, value in assumed if is_number(value)}
        given.update(zip(operation.arguments, texts, strict=False))
        if len(texts) > max(len(names), operation.required) or names - given.keys():
            raise UnprintableError(f"{self.language} has no function for `{function}` with these arguments", function)
        # In a definition there is nothing but its arguments.
        printer = copy(self)
        printer.variables, printer.names, printer.arguments = (), {}, given
        text, level = printer.texts(definition)
        return text if level == ATOM else f"({text})"


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


class Function(NamedTuple):
    """A function as text: parameters, assignments in order, and one or several results by name."""

    name: str
    parameters: list[str]
    assigns: list[tuple[str, str]]
    results: list[tuple[str, str]]

    @property
    def text(self) -> str:
        """All that it computes, to see what it needs."""
        return "\n".join(text for _, text in [*self.assigns, *self.results])


def functions(derivatives: Derivatives, printer: CodePrinter) -> list[Function]:
    """A function for each derivative; where the value is asked for as well, one of all that shares its parts."""
    printer.check(derivatives)
    parameters = [printer.name(name) for name in derivatives.variables]
    if () in derivatives.results:
        assigns = [printer.part(assign) for assign in derivatives.used()]
        taken = {*parameters, *(name for name, _ in assigns)}
        found: dict[str, str] = {}
        for by, result in derivatives.results.items():
            name = _free(_label(by, printer), printer, taken)
            found[name] = printer.whole(result, by[-1], by in derivatives.narrow) if by else printer.text(result)
            taken.add(name)
        return [Function(_free("f_grad", printer, taken), parameters, assigns, [*found.items()])]
    written: list[Function] = []
    for by in derivatives.results:
        *assigns, result = derivatives.program(by).statements
        pairs = [printer.part(assign) for assign in assigns if type(assign) is Assign]
        taken = {*parameters, *(function.name for function in written), *(name for name, _ in pairs)}
        name = _free(_label(by, printer), printer, taken)
        text = printer.whole(result, by[-1], by in derivatives.narrow)
        written.append(Function(name, parameters, pairs, [(name, text)]))
    return written


def _label(by: tuple[str, ...], printer: CodePrinter) -> str:
    return label(tuple([printer.spelled(variable) for variable in by]))


def _free(name: str, printer: CodePrinter, taken: Collection[str]) -> str:
    """The name with as many underscores behind it as make it no other."""
    folded = {printer.folded(other) for other in taken}
    while printer.folded(name) in folded or printer.folded(name) in printer.reserved:
        name += "_"
    return name


class Frame(NamedTuple):
    """How a language writes a function that returns its results: templates of its lines.

    `head` has the name and the parameters, `assign` a name and a text, `one` is what returns one result, and `several`
    what returns those whose names it is given.
    """

    head: str
    assign: str
    one: str
    several: str
    end: str = ""

    def written(self, function: Function) -> str:
        """The function as text, ending in a newline."""
        lines = [self.head % (function.name, ", ".join(function.parameters))]
        lines += [self.assign % pair for pair in function.assigns]
        if len(function.results) == 1:
            lines.append(self.one % function.results[0][1])
        else:
            lines += [self.assign % pair for pair in function.results]
            lines.append(self.several % ", ".join(name for name, _ in function.results))
        return "".join(f"{line}\n" for line in [*lines, self.end] if line)


_PYTHON = Frame("def %s(%s):", "    %s = %s", "    return %s", "    return %s")


def python_module(derivatives: Derivatives, printer: CodePrinter, imports: Mapping[str, str]) -> str:
    """Functions in Python below the imports they need: lines by the name of what each brings, in groups by the line."""
    texts = [_PYTHON.written(function) for function in functions(derivatives, printer)]
    needed = [line for name, line in imports.items() if any(re.search(rf"(?<![\w.]){name}\.", text) for text in texts)]
    head = "\n".join(needed).rstrip()
    return (f"{head}\n\n\n" if head else "") + "\n\n".join(texts)
