"""What programming languages have in common: spellings of operators and functions, names, a function a derivative."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from copy import copy
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from ...engine.table.registry import FUNCTIONS
from ...engine.tensors.dtypes import is_number
from ..derivatives.derivative import Derivatives
from ..syntax.operators import COMPARE, LEVELS, OR, POWER, PRODUCT, UNARY
from ..syntax.parse import parse
from ..syntax.printer import ATOM, Parts, Printer, UnprintableError, enclosed
from ..syntax.records import Assign, Binary, Call, Compare, List, Name, Number, Program, Subscript, Unary
from ..syntax.walk import children, walk
from .how import DOUBLE, SINGLE, How, label
from .lacking import LACKING
from .naming import in_parts

# What math.h has by these names, and Python's math after it.
MATH = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp expm1 floor fmod hypot lgamma "
    "log log10 log1p log2 sin sinh sqrt tan tanh trunc"
)
_LITERALS = ("True", "False", "None")
_LOGICAL = ("and", "or", "not")
# What tells whether something holds.
_OF_TRUTH = frozenset(["isfinite", "isinf", "isnan", "signbit", "isclose"])
# Up to here floats have all whole numbers.
_LARGEST_WHOLE = 2**53
# Of numbers of single precision.
_SMALLEST, _LARGEST = 2.0**-149, 2.0**128
# What makes one number of several, and of one that number.
_OF_ONE_NUMBER = dict.fromkeys(["sum", "mean", "prod", "amax", "amin", "max", "min", "median", "logsumexp"], "{0}")


class Function(NamedTuple):
    """A function as text: parameters, assignments in order, and one or several results by name."""

    name: str
    parameters: list[str]
    assigns: list[tuple[str, str]]
    results: list[tuple[str, str]]


class Frame(NamedTuple):
    """How a language writes a function: templates of its lines.

    `head` has the name and the parameters, which are each written as `parameter`, and `several` is the head where there
    are several results, each of them written as `result` (without one: as `head`). `assign` has a name and a text,
    `back` what gives back one result, `backs` the names of several; without it they are assigned as `sets` says.
    """

    head: str
    assign: str
    back: str
    backs: str = ""
    end: str = ""
    parameter: str = "%s"
    several: str = ""
    result: str = "%s"
    sets: str = ""

    def written(self, function: Function) -> str:
        """The function as text, ending in a newline."""
        parameters = ", ".join(self.parameter % name for name in function.parameters)
        results = ", ".join(self.result.replace("%s", name) for name, _ in function.results)
        is_single = len(function.results) == 1
        head = self.head if is_single or not self.several else self.several
        lines = [head.format(name=function.name, parameters=parameters, results=results)]
        lines += [self.assign % pair for pair in function.assigns]
        if is_single:
            lines.append(self.back % function.results[0][1])
        else:
            lines += [(self.sets or self.assign) % pair for pair in function.results]
            lines.append(self.backs and self.backs % ", ".join(name for name, _ in function.results))
        return "".join(f"{line}\n" for line in [*lines, self.end] if line)


class CodePrinter(Printer):
    """Prints expressions in a programming language.

    `operators` has the spellings of operators that differ, or templates of calls with `{}` for each operand, and
    `functions` for each function its name, or a template with `{0}`, `{1}` for its arguments; what it lacks is written
    out where its record has a definition. `constants` has the spelling of `pi` and its like, `reserved` the words that
    cannot name a variable, which then ends in an underscore, and `is_name` tells what else can. `has_vectors`: whether
    its operations work on several numbers at once, `has_arrays`: whether there are such; `ones` and `zeros` are of
    such in the shape of another. `truths_are_numbers`: comparisons are 1 where they hold; `numbers_are_truths`: any but
    0 holds.
    """

    language: str
    frame: ClassVar[Frame]
    operators: Mapping[str, str] = MappingProxyType({})
    functions: Mapping[str, str]
    # What is printed where it is called: functions of LACKING, written as `helper_frame` says, and texts by name.
    lacks: Collection[str] = ()
    helper_frame: ClassVar[Frame]
    helpers: Mapping[str, str] = MappingProxyType({})
    # A choice that is no call: its template with a condition, and how tightly it binds.
    choice: str = ""
    choice_level = ATOM
    # Floats where they are told from whole numbers, in each type.
    literals: Mapping[str, str] = MappingProxyType({})
    # Between functions, and whether those of our own come before what calls them.
    blank = "\n"
    declares_first = False
    # Of functions with orders that have to be whole numbers: what these are written as.
    whole_order = ""
    constants: Mapping[str, str]
    reserved: Collection[str] = ()
    has_vectors: bool = False
    has_arrays: bool = False
    ones: str = ""
    zeros: str = ""
    truths_are_numbers = True
    numbers_are_truths = False
    # Whether names that differ in capitals alone are the same, and how many letters they have at most.
    ignores_case: bool = False
    has_ascii_names = begins_with_letters = False
    longest_name: int = 1000

    def __init__(
        self,
        variables: Collection[str] = (),
        dtype: str = DOUBLE,
        arrays: Mapping[str, tuple[int, ...]] = MappingProxyType({}),
    ) -> None:
        self.variables = variables
        self.dtype = dtype
        self.arrays = arrays
        # What variables and shared parts are called here.
        self.names: dict[str, str] = {}
        # The texts of what stands for the arguments of a function that is written out.
        self.arguments: Mapping[str, str] = {}

    @classmethod
    def render(cls, derivatives: Derivatives, source: str, how: How) -> str:
        """The code of the derivatives, of the value too if it is among them."""
        if derivatives.arrays and not cls.has_vectors:
            raise UnprintableError(f"{cls.language} has no operations on vectors")
        printer = cls(derivatives.variables, how.dtype, derivatives.arrays)
        return printer.code(printer.prepared(in_parts(derivatives)))

    def prepared(self, derivatives: Derivatives) -> Derivatives:
        """The derivatives as they are printed, of which note is taken."""
        return derivatives

    def code(self, derivatives: Derivatives) -> str:
        """All functions, and what they call."""
        texts = [*map(self.frame.written, functions(derivatives, self))]
        helpers = self.helpers_in("".join(texts))
        return self.blank.join([*helpers, *texts] if self.declares_first else [*texts, *helpers])

    def helpers_in(self, text: str) -> list[str]:
        """The functions of our own that a text calls, and those that these call, which come after them."""
        found: list[str] = []
        for name in [*self.lacks, *self.helpers]:
            if re.search(rf"\b{name}\(", "".join([text, *found])):
                found.append(self.helpers.get(name) or self.helper(name))
        return found

    def helper(self, name: str) -> str:
        """A function that the language lacks, as a text."""
        parameters, definition = LACKING[name]
        value, _ = self.of_arguments(parse(definition), dict(zip(parameters, parameters, strict=True)))
        return self.helper_frame.written(Function(name, [*parameters], [], [("", bare(value))]))

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
        is_of_letters = text.isascii() or not self.has_ascii_names
        return text.isidentifier() and is_of_letters and not (self.begins_with_letters and text[0] == "_")

    def spelled(self, name: str) -> str:
        """The name in letters that the language takes."""
        usual = unicodedata.normalize("NFKC", name)
        text = usual if self.is_name(usual) else plain_name(name)
        return f"v{text}" if self.begins_with_letters and text[0] == "_" else text

    def _new_name(self, name: str) -> str:
        """The name as the language can have it, and as no other variable is called."""
        return self.free(self.spelled(name), {*self.variables, *self.names.values()} - {name})

    def free(self, name: str, taken: Collection[str]) -> str:
        """The name with as many underscores behind it as make it no other."""
        name = name[: self.longest_name]
        folded = {*map(self._folded, taken), *self.reserved, *self.lacks, *self.helpers}
        while self._folded(name) in folded:
            name += "_"
        return name

    def _folded(self, name: str) -> str:
        """The name, or what the language takes for it."""
        return name.lower() if self.ignores_case else name

    def is_constant(self, node: Any) -> bool:
        """Whether an expression has no variables, and so no shape or type of its own."""
        names = {record.name for record in walk(node) if type(record) is Name}
        return names <= self.constants.keys() - {*self.variables}

    def node(self, node: Any, parts: Parts) -> tuple[str, int]:
        has_kinds = type(node) in (Binary, Unary, Call, Compare)
        return self.converted(node, self._of_their_kind(node, parts) if has_kinds else parts)

    def converted(self, node: Any, parts: Parts) -> tuple[str, int]:
        """The text of one record from those of its parts, truths and numbers where they belong."""
        kind = type(node)
        if kind in (List, Subscript) and not self.has_vectors:
            raise UnprintableError(f"{self.language} has no operations on vectors")
        if kind is Number and self.dtype == SINGLE and node.value and not _SMALLEST <= abs(node.value) < _LARGEST:
            raise UnprintableError(f"{SINGLE} has no number {node.value!r}")
        if kind is Binary and node.op == "**":
            if type(node.right) is Number and node.right.value == 0.5 and "sqrt" in self.functions:
                # Of -inf the power 0.5 would be inf.
                return self.call("sqrt", parts[:1])
            is_root = self.is_constant(node.right) and not is_whole(node.right)
            if is_root and type(node.left) is Unary and type(node.left.operand) is Number:
                # Languages give complex numbers for it, or nothing.
                return self.name("nan"), ATOM
            return self.power(node, *parts)
        return super().node(node, parts)

    def _of_their_kind(self, node: Any, parts: Parts) -> Parts:
        """The operands with truths where those belong, and numbers where those do."""
        converted: Parts = []
        for i, (operand, part) in enumerate(zip(children(node), parts, strict=True)):
            wanted = getattr(node, "op", "") in _LOGICAL or (i == 0 and getattr(node, "function", "") == "where")
            if wanted and not self.numbers_are_truths and not is_truth(operand):
                part = self.compare(("!=",), [part, self.number(0)])
            elif not (wanted or self.truths_are_numbers) and is_truth(operand):
                part = self.as_number(part)
            converted.append(part)
        return converted

    def as_number(self, part: tuple[str, int]) -> tuple[str, int]:
        """1 where something holds, and 0 elsewhere."""
        return self.call("where", [part, self.number(1), self.number(0)])

    def power(self, node: Binary, base: tuple[str, int], exponent: tuple[str, int]) -> tuple[str, int]:
        """A power."""
        return self.binary("**", base, exponent)

    def text(self, root: Any) -> str:
        """The text of an expression, as a number even where it is a truth."""
        part = self.texts(root)
        return bare((self.as_number(part) if is_truth(root) and not self.truths_are_numbers else part)[0])

    def number(self, value: Any) -> tuple[str, int]:
        if self.dtype in self.literals:
            return self.literals[self.dtype].format(float(value)), ATOM
        return super().number(float(value) if type(value) is int and abs(value) > _LARGEST_WHOLE else value)

    def part(self, assign: Assign) -> tuple[str, str]:
        """The name and the text of a part that others share."""
        return self.name(assign.name), self.text(assign.value)

    def value(self, node: Any) -> str:
        """The text of the value."""
        return self.text(node)

    def whole(self, node: Any, variable: str, is_narrow: bool) -> str:
        """The text of a derivative in the shape of its variable, than which the node may have fewer elements."""
        if not self.ones or not (is_narrow or (self.is_constant(node) and type(node) is not List)):
            return self.text(node)
        return self.filled(node, variable)

    def filled(self, node: Any, variable: str) -> str:
        """An array in the shape of a variable, all elements or rows of which are the same."""
        name = self.name(variable)
        if type(node) is Number and node.value in (0, 1):
            return (self.ones if node.value else self.zeros).format(name)
        return self.binary("*", self.texts(node), (self.ones.format(name), ATOM))[0]

    def unary(self, op: str, part: tuple[str, int]) -> tuple[str, int]:
        if op == "not" and op in self.operators:
            spelt = self.operators[op]
            return (spelt.format(part[0]), ATOM) if "{" in spelt else (f"{spelt}{enclosed(part, ATOM)}", UNARY)
        # Two signs side by side may be another operator.
        return super().unary(op, (f"({part[0]})", ATOM) if part[0].startswith("-") else part)

    def binary(self, op: str, left: tuple[str, int], right: tuple[str, int]) -> tuple[str, int]:
        if op in self.functions:
            return self.call(op, [left, right])
        if op not in self.operators:
            return super().binary(op, left, right)
        spelt, level = self.operators[op], LEVELS[op]
        if "{" in spelt:
            return spelt.format(left[0], right[0]), ATOM
        if level >= PRODUCT:
            below = level + 1 if level == POWER else level
            return f"{enclosed(left, below)}{spelt}{enclosed(right, level + 1)}", level
        # Which logical operator binds more tightly differs, and in brackets it does not matter.
        inner = (level, level + 1) if level > COMPARE else (COMPARE + (level == COMPARE),) * 2
        return f"{enclosed(left, inner[0])} {spelt} {enclosed(right, inner[1])}", level

    def compare(self, ops: tuple[str, ...], parts: list[tuple[str, int]]) -> tuple[str, int]:
        links = [
            self.binary(op, left, right)
            if op in self.operators
            else (f"{enclosed(left, COMPARE + 1)} {op} {enclosed(right, COMPARE + 1)}", COMPARE)
            for op, left, right in zip(ops, parts, parts[1:], strict=False)
        ]
        whole = links[0]
        for link in links[1:]:
            whole = self.binary("and", whole, link)
        return whole

    def spelling(self, function: str) -> str | None:
        """The name or the template of a function; None: there is none."""
        return self.functions.get(function) or (None if self.has_arrays else _OF_ONE_NUMBER.get(function))

    def no_function(self, function: str, of_what: str = "") -> UnprintableError:
        """The error that there is none in the language."""
        return UnprintableError(f"{self.language} has no function for `{function}`{of_what}", function)

    def call(self, function: str, parts: list[tuple[str, int]]) -> tuple[str, int]:
        if function == "where" and self.choice:
            *others, otherwise = parts
            last = enclosed(otherwise, min(OR, self.choice_level))
            return self.choice.format(*(enclosed(part, OR) for part in others), last), self.choice_level
        template = self.spelling(function)
        if self.whole_order and function in ("besselj", "bessely"):
            order = re.fullmatch(self.whole_order, parts[0][0])
            if order is None:
                raise self.no_function(function, " of this order")
            parts = [(order[1], ATOM), *parts[1:]]
        if template is not None and "{" not in template and self.takes(function, len(parts)):
            return super().call(template, parts if self.has_arrays else [(bare(text), ATOM) for text, _ in parts])
        texts = [enclosed(part, ATOM) for part in parts]
        if template is None or "{" not in template:
            return self._written_out(function, texts), ATOM
        if f"{{{len(parts) - 1}}}" not in template or f"{{{len(parts)}}}" in template:
            raise self.no_function(function, " with these arguments")
        if template == "{0}":
            return parts[0]
        text = template.format(*texts)
        return (text if is_call(text) else f"({text})"), ATOM

    def takes(self, function: str, count: int) -> bool:
        """Whether what is called by another name takes so many arguments."""
        record = FUNCTIONS.get(function)
        return record is None or count <= max(record.required, record.tensors)

    def _written_out(self, function: str, texts: list[str]) -> str:
        """A function that the language lacks, in simpler ones. UnprintableError: its record has none."""
        operation = FUNCTIONS.get(function)
        if operation is None or operation.definition is None:
            raise self.no_function(function)
        program = parse(operation.definition)
        names = {record.name for record in walk(program.statements[-1]) if type(record) is Name}
        names &= {*operation.arguments}
        left = len(operation.arguments) - len(operation.defaults)
        assumed = zip(operation.arguments[left:], operation.defaults, strict=True)
        given = {name: enclosed(self.number(value), ATOM) for name, value in assumed if is_number(value)}
        given.update(zip(operation.arguments, texts, strict=False))
        if len(texts) > max(len(names), operation.required) or names - given.keys():
            raise self.no_function(function, " with these arguments")
        return enclosed(self.of_arguments(program, given), ATOM)

    def of_arguments(self, program: Program, arguments: Mapping[str, str]) -> tuple[str, int]:
        """A definition, in which there is nothing but its arguments, with texts for these."""
        printer = copy(self)
        printer.variables, printer.names, printer.arguments = (), {}, arguments
        return printer.texts(program.statements[-1])


def is_truth(node: Any) -> bool:
    """Whether an operand is a truth rather than a number."""
    if type(node) is Call:
        return node.function in _OF_TRUTH
    return type(node) is Compare or getattr(node, "op", "") in _LOGICAL


def is_whole(exponent: Any) -> bool:
    """Whether an exponent is written as a whole number."""
    number = exponent.operand if type(exponent) is Unary else exponent
    return type(number) is Number and float(number.value or 0).is_integer()


def is_call(text: str) -> bool:
    """Whether a text is one call or one pair of brackets, and needs no more."""
    name, _, rest = text.partition("(")
    depth = 1
    for i, letter in enumerate(rest):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return re.fullmatch(r"[\w.:]*", name) is not None and i == len(rest) - 1
    return False


def bare(text: str) -> str:
    """A text without the brackets around all of it."""
    return text[1:-1] if text.startswith("(") and is_call(text) else text


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


def functions(derivatives: Derivatives, printer: CodePrinter) -> list[Function]:
    """A function for each derivative; where the value is asked for as well, one of all that shares its parts."""
    parameters = [printer.name(name) for name in derivatives.variables]
    is_joint = () in derivatives.results
    written: list[Function] = []
    for results in [derivatives.results] if is_joint else [{by: result} for by, result in derivatives.results.items()]:
        assigns = [printer.part(assign) for assign in derivatives._replace(results=results).used()]
        taken = {*parameters, *(function.name for function in written), *(name for name, _ in assigns)}
        found: dict[str, str] = {}
        for by, result in results.items():
            name = printer.free(label(tuple(map(printer.spelled, by))), taken | found.keys())
            is_narrow = by in derivatives.narrow
            found[name] = printer.whole(result, by[-1], is_narrow) if by else printer.value(result)
        name = printer.free("f_grad", taken | found.keys()) if is_joint else next(iter(found))
        written.append(Function(name, parameters, assigns, [*found.items()]))
    return written


PYTHON = Frame("def {name}({parameters}):", "    %s = %s", "    return %s", "    return %s")


def python_module(text: str, imports: Mapping[str, str]) -> str:
    """Functions in Python below the imports they need: lines by the name of what each brings, in groups by the line."""
    needed = [line for name, line in imports.items() if re.search(rf"(?<![\w.]){name}\.", text)]
    head = "\n".join(needed).rstrip()
    return (f"{head}\n\n\n" if head else "") + text
