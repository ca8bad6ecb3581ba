"""What of Python is part of the language of scripts: each node is looked at before anything runs.

Nothing is compiled: what runs a script goes through the same nodes. What it has to know beforehand of a function is in
its `Code`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from ...syntax.errors import ExpressionError
from .script import TRUSTED, Field, Place, Script, Span, between

MOST_BITS = 100_000  # of a whole number
_DEEPEST = 50  # functions inside each other
COMPREHENSION = "<comprehension>"
_ARITHMETIC = (
    *("add", "and", "floordiv", "lshift", "matmul", "mod", "mul", "or", "pow", "rshift", "sub", "truediv", "xor"),
)
_OTHERS = (
    *("abs", "bool", "call", "contains", "delitem", "enter", "eq", "exit", "ge", "getitem", "gt", "hash", "invert"),
    *("iter", "le", "len", "lt", "ne", "neg", "next", "pos", "repr", "setitem", "str"),
)
# The special methods that Python calls for a script's classes, and those that it may define.
BRIDGED = frozenset(
    [
        *(f"__{name}__" for name in _OTHERS),
        *(f"__{prefix}{name}__" for prefix in ("", "r", "i") for name in _ARITHMETIC),
    ]
)
SPECIAL = BRIDGED | {"__init__"}
# All that is part of the language; signs of operators, and the contexts of names, are no nodes to look at.
_ALLOWED = (
    *(ast.AnnAssign, ast.Assert, ast.Assign, ast.Attribute, ast.AugAssign, ast.BinOp, ast.BoolOp, ast.Break, ast.Call),
    *(ast.ClassDef, ast.Compare, ast.Constant, ast.Continue, ast.Delete, ast.Dict, ast.DictComp, ast.ExceptHandler),
    *(ast.Expr, ast.For, ast.FormattedValue, ast.FunctionDef, ast.GeneratorExp, ast.Global, ast.If, ast.IfExp),
    *(ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Lambda, ast.List, ast.ListComp, ast.Name, ast.NamedExpr),
    *(ast.Nonlocal, ast.Pass, ast.Raise, ast.Return, ast.Set, ast.SetComp, ast.Slice, ast.Subscript, ast.Try),
    *(ast.Tuple, ast.UnaryOp, ast.While, ast.With, ast.Yield, ast.YieldFrom),
)
_SIGNS = (ast.boolop, ast.cmpop, ast.expr_context, ast.operator, ast.unaryop)
# What the language lacks by the kind of its node: its words, how many of its characters are underlined, and what helps.
_LEFT_OUT: dict[str, tuple[str, int | None, str]] = {
    **dict.fromkeys(
        ["asyncfunctiondef", "asyncfor", "asyncwith"], ("`async` is", 5, "what a script calls is done at once")
    ),
    "await": ("`await` is", 5, "what a script calls is done at once"),
    "bytes": ("text of bytes is", None, "write text in `\"` or `'`"),
    "complex": ("complex numbers are", None, "compute with the real and the imaginary part"),
    "deleted": ("`del` of an attribute is", None, "give it the value None"),
    "match": ("`match` is", 5, "write `if` and `elif`"),
    "starred": ("`*` before a value that is not one of several is", 1, "write `[*x]` or `f(*x)`"),
    "templatestr": ("templates are", None, "write an f-string"),
    "trystar": ("`try` is", 3, "an error ends the script"),
    "typealias": ("`type` is", 4, "leave it out"),
}
_Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_Function: TypeAlias = ast.FunctionDef | ast.Lambda


class Signature(NamedTuple):
    """The names of a function's parameters.

    The first `only_positional` of `parameters` cannot be given by name, and the last `defaults` of them have default
    values. `rest` and `others` take the arguments that are left, those of `keywords` are given by name alone, and those
    of `keyword_defaults` among them have default values.
    """

    parameters: tuple[str, ...] = ()
    only_positional: int = 0
    defaults: int = 0
    rest: str | None = None
    keywords: tuple[str, ...] = ()
    keyword_defaults: tuple[str, ...] = ()
    others: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether there are no others than `parameters`."""
        return self.rest is None and self.others is None and not self.keywords

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.parameters, *self.keywords, *(name for name in (self.rest, self.others) if name is not None))


class Code:
    """A script (without a `node`), a function, the body of a class, or a comprehension, and what is known of its names.

    `names` are those assigned in a function, which are its own; None for a script and a class. `elsewhere` are those
    declared as names of another scope: `global_names`, and others of the functions around it. `generates` says that it
    yields. `codes` are those inside of a script, by their nodes.
    """

    def __init__(self, name: str, script: Script, node: Any = None, outer: Code | None = None) -> None:
        self.name = name
        self.script = script
        self.node = node
        self.outer = outer
        self.codes: dict[ast.AST, Code] = {} if outer is None else outer.codes
        self.depth = 0 if outer is None else outer.depth + 1
        self.is_class = isinstance(node, ast.ClassDef)
        self.is_comprehension = isinstance(node, _Comprehension)
        self.signature = Signature()
        self.generates = isinstance(node, ast.GeneratorExp)
        self.used: set[str] = set()
        self.stored: set[str] = set()
        self.global_names: set[str] = set()
        self.elsewhere: set[str] = set()

    @property
    def names(self) -> set[str] | None:
        """The names of its own."""
        return self.stored if self.depth and not self.is_class else None


class _Inside(NamedTuple):
    """What a node stands in: a code, and in that a loop, or a block of `with`."""

    code: Code
    loop: bool = False
    block: bool = False


_Steps: TypeAlias = Iterable[tuple[ast.AST, _Inside]]


def checked(script: Script) -> Code:
    """The code of a script. ExpressionError: something in it is outside the language."""
    checker = _Checker(script)
    code = Code("<script>", script)
    pending: list[Iterator[tuple[ast.AST, _Inside]]] = [iter([(node, _Inside(code)) for node in script.body])]
    # Not by recursion: an expression may be deeper than Python's stack.
    while pending:
        step = next(pending[-1], None)
        if step is None:
            pending.pop()
        else:
            pending.append(iter(checker.inside(*step)))
    return code


def is_special(name: str) -> bool:
    """Whether a name is one that Python looks for itself."""
    return name.startswith("__") and name.endswith("__")


def word(node: Any, text: str) -> Place:
    """The word that a statement begins with."""
    return Place(node.lineno, node.col_offset, node.lineno, node.col_offset + len(text))


class _Checker:
    """Looks at nodes of a script; a method for each kind says what is inside, where that is not all as it is."""

    def __init__(self, script: Script) -> None:
        self.script = script

    def inside(self, node: ast.AST, at: _Inside) -> _Steps:
        """The nodes in a node, each with what it stands in. ExpressionError: it is not part of the language."""
        kind = type(node).__name__.lower()
        if not isinstance(node, _ALLOWED):
            raise self.left_out(node, kind)
        check = getattr(self, f"in_{kind}", None)
        return self.all_in(node, at) if check is None else check(node, at)

    def all_in(self, node: ast.AST, at: _Inside) -> _Steps:
        """All that is in a node, as it is: of a sequence, what there is behind stars."""
        may_spread = isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Call))
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.keyword) or (may_spread and isinstance(child, ast.Starred)):
                yield child.value, at
            elif not isinstance(child, _SIGNS):
                yield child, at

    def left_out(self, node: Any, kind: str) -> ExpressionError:
        """The error about what is not part of the language."""
        what, length, help = _LEFT_OUT.get(kind, (f"`{kind}` is", None, "leave it out"))
        start, end = self.script.span(node)
        span = Span(start, end if length is None else start + length)
        if kind != "starred":  # which is no Python either
            help = f"{help}; {TRUSTED}"
        return self.script.error("syntax", f"{what} not part of the language", span, help)

    def store(self, name: str, place: Any, at: _Inside) -> None:
        """Notes that a name is given a value."""
        code = at.code
        if code.is_class and is_special(name) and name not in SPECIAL:
            raise self.script.syntax_error(f"a class has no `{name}` here", place)
        code.used.add(name)
        if name not in code.elsewhere:
            code.stored.add(name)

    def code(self, name: str, node: Any, at: _Inside) -> Code:
        """The code of what is defined inside of another."""
        if at.code.depth == _DEEPEST:
            raise self.script.syntax_error(f"more than {_DEEPEST} functions inside each other", node)
        made = at.code.codes[node] = Code(name, self.script, node, at.code)
        return made

    # Names

    def in_name(self, node: ast.Name, at: _Inside) -> _Steps:
        if isinstance(node.ctx, ast.Load):
            at.code.used.add(node.id)
        else:
            self.store(node.id, node, at)
        return ()

    def in_namedexpr(self, node: ast.NamedExpr, at: _Inside) -> _Steps:
        code = at.code
        while code.is_comprehension and code.outer is not None:
            code = code.outer
        if code is at.code:
            self.store(node.target.id, node.target, at)
        elif node.target.id not in code.elsewhere:
            code.stored.add(node.target.id)
        return [(node.value, at)]

    def in_attribute(self, node: ast.Attribute, at: _Inside) -> _Steps:
        if isinstance(node.ctx, ast.Del):
            raise self.left_out(node, "deleted")
        return [(node.value, at)]

    def in_global(self, node: ast.Global | ast.Nonlocal, at: _Inside) -> _Steps:
        kind, code = type(node).__name__.lower(), at.code
        if kind == "nonlocal" and code.depth < 2:
            message = "`nonlocal` outside of a function inside another"
            raise self.script.syntax_error(message, node, "`global` is for the names of the script")
        for name in node.names:
            if name in code.signature.names:
                raise self.script.syntax_error(f"the parameter `{name}` cannot be `{kind}`", node)
            if name in code.used and code.depth:
                raise self.script.syntax_error(f"`{name}` is used before `{kind} {name}`", node)
            if code.depth:
                code.elsewhere.add(name)
            if kind == "global":
                code.global_names.add(name)
        return ()

    in_nonlocal = in_global

    def in_import(self, node: ast.Import | ast.ImportFrom, at: _Inside) -> _Steps:
        is_from = isinstance(node, ast.ImportFrom)
        if is_from and (node.level or node.module is None):
            raise self.script.syntax_error("a script has no modules beside it", node, "write `from torch import sin`")
        for alias in node.names:
            if alias.name == "*":
                help = "import names one by one: `from torch import sin, cos`"
                raise self.script.syntax_error("unexpected `*`", alias, help)
            place = between(node, alias) if is_from else alias
            self.store(alias.asname or (alias.name if is_from else alias.name.partition(".")[0]), place, at)
        return ()

    in_importfrom = in_import

    # Values

    def in_constant(self, node: ast.Constant, at: _Inside) -> _Steps:
        value = node.value
        if isinstance(value, (bytes, complex)):
            raise self.left_out(node, type(value).__name__)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            help = "write it as a float, such as `1e300`"
            raise self.script.syntax_error("this number has too many digits", node, help)
        return ()

    def in_tuple(self, node: ast.Tuple | ast.List, at: _Inside) -> _Steps:
        stars = [item for item in node.elts if isinstance(item, ast.Starred)]
        if isinstance(node.ctx, ast.Store) and len(stars) > 1:
            raise self.script.syntax_error("only one of several can have a `*`", stars[1])
        return self.all_in(node, at)

    in_list = in_tuple

    def in_call(self, node: ast.Call, at: _Inside) -> _Steps:
        names: set[str | None] = set()
        for keyword in node.keywords:
            if keyword.arg is not None and keyword.arg in names:
                raise self.script.syntax_error(f"the keyword argument `{keyword.arg}` is given twice", keyword)
            names.add(keyword.arg)
        return self.all_in(node, at)

    def in_formattedvalue(self, node: ast.FormattedValue, at: _Inside) -> _Steps:
        # Some versions of Python read more.
        for inner in _fields(_fields([node])):
            start = self.script.span(Field(inner.value)).start
            message, help = "fields are nested too deeply here", "name the format before"
            raise self.script.error("syntax", message, Span(start, start + 1), help)
        return self.all_in(node, at)

    # Statements

    def in_annassign(self, node: ast.AnnAssign, at: _Inside) -> _Steps:
        """The type says nothing here."""
        return [] if node.value is None else [(node.value, at), (node.target, at)]

    def in_return(self, node: ast.Return, at: _Inside) -> _Steps:
        if not at.code.depth or at.code.is_class:
            raise self.script.syntax_error("`return` outside of a function", node)
        return self.all_in(node, at)

    def in_break(self, node: ast.Break | ast.Continue, at: _Inside) -> _Steps:
        if not at.loop:
            raise self.script.syntax_error(f"`{type(node).__name__.lower()}` outside of a loop", node)
        return ()

    in_continue = in_break

    def in_while(self, node: ast.While | ast.For, at: _Inside) -> _Steps:
        heads = [node.test] if isinstance(node, ast.While) else [node.iter, node.target]
        yield from ((head, at) for head in heads)
        yield from ((statement, at._replace(loop=True)) for statement in node.body)
        yield from ((statement, at) for statement in node.orelse)

    in_for = in_while

    def in_with(self, node: ast.With, at: _Inside) -> _Steps:
        inside = at._replace(block=True)
        for item in node.items:
            yield item.context_expr, at if item is node.items[0] else inside
            if item.optional_vars is not None:
                yield item.optional_vars, inside
        yield from ((statement, inside) for statement in node.body)

    def in_try(self, node: ast.Try, at: _Inside) -> _Steps:
        for handler in node.handlers[:-1]:
            if handler.type is None:
                message = "this `except` catches all that those below it could"
                raise self.script.syntax_error(message, word(handler, "except"), "put it last")
        return self.all_in(node, at)

    def in_excepthandler(self, node: ast.ExceptHandler, at: _Inside) -> _Steps:
        if node.name is not None:
            self.store(node.name, word(node, "except"), at)
        return self.all_in(node, at)

    # Functions

    def in_functiondef(self, node: ast.FunctionDef, at: _Inside) -> _Steps:
        yield from ((decorator, at) for decorator in node.decorator_list)
        self.store(node.name, node, at)
        yield from self.function(self.qualified(node.name, at), node, node.body, at)

    def in_lambda(self, node: ast.Lambda, at: _Inside) -> _Steps:
        return self.function("<lambda>", node, [node.body], at)

    def function(self, name: str, node: _Function, body: Iterable[ast.AST], at: _Inside) -> _Steps:
        """What is in a function, after its default values."""
        arguments = node.args
        code = self.code(name, node, at)
        code.signature = self.signature(arguments)
        code.stored.update(code.signature.names)
        defaults = [*arguments.defaults, *(default for default in arguments.kw_defaults if default is not None)]
        yield from ((default, at) for default in defaults)
        yield from ((part, _Inside(code)) for part in body)

    def signature(self, arguments: ast.arguments) -> Signature:
        parameters = [*arguments.posonlyargs, *arguments.args]
        seen: set[str] = set()
        for argument in (*parameters, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            if argument is not None and argument.arg in seen:
                raise self.script.syntax_error(f"the parameter `{argument.arg}` is given twice", argument)
            seen.update([argument.arg] if argument is not None else [])
        keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        return Signature(
            tuple(argument.arg for argument in parameters),
            len(arguments.posonlyargs),
            len(arguments.defaults),
            arguments.vararg.arg if arguments.vararg else None,
            tuple(argument.arg for argument in arguments.kwonlyargs),
            tuple(argument.arg for argument, default in keywords if default is not None),
            arguments.kwarg.arg if arguments.kwarg else None,
        )

    def in_classdef(self, node: ast.ClassDef, at: _Inside) -> _Steps:
        for part in [*bases_of(node)[1:], *(keyword.value for keyword in node.keywords)]:
            raise self.script.syntax_error("a class is based on one other at most", part)
        yield from ((part, at) for part in (*node.decorator_list, *bases_of(node)))
        self.store(node.name, word(node, "class"), at)
        code = self.code(self.qualified(node.name, at), node, at)
        yield from ((statement, _Inside(code)) for statement in node.body)

    @staticmethod
    def qualified(name: str, at: _Inside) -> str:
        """The name of what is defined there, with that of the class around it."""
        return f"{at.code.name}.{name}" if at.code.is_class else name

    def in_listcomp(self, node: _Comprehension, at: _Inside) -> _Steps:
        """A comprehension is a function of its first source, as in Python, so that its names are its own."""
        inside = _Inside(self.code(COMPREHENSION, node, at))
        yield node.generators[0].iter, at
        for clause in node.generators:
            if clause.is_async:
                raise self.left_out(clause.target, "await")
            if clause is not node.generators[0]:
                yield clause.iter, inside
            yield clause.target, inside
            yield from ((condition, inside) for condition in clause.ifs)
        parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        yield from ((part, inside) for part in parts)

    in_setcomp = in_dictcomp = in_generatorexp = in_listcomp

    def in_yield(self, node: ast.Yield | ast.YieldFrom, at: _Inside) -> _Steps:
        code, place = at.code, word(node, "yield")
        if not code.depth or code.is_class or code.is_comprehension:
            raise self.script.syntax_error("`yield` outside of a function", place)
        if at.block:
            # Nobody may come back for the rest, and what the block changed would stay so.
            help = "make a list of the values in the block, and yield them after it"
            raise self.script.syntax_error("`yield` inside of `with`", place, help)
        code.generates = True
        return self.all_in(node, at)

    in_yieldfrom = in_yield


def bases_of(node: ast.ClassDef) -> list[ast.expr]:
    """What a class is based on; `object` is nothing."""
    return [base for base in node.bases if not (isinstance(base, ast.Name) and base.id == "object")]


def _fields(fields: Iterable[ast.FormattedValue]) -> list[ast.FormattedValue]:
    """The fields in the formats of these fields."""
    specs = [field.format_spec for field in fields]
    parts = [part for spec in specs if isinstance(spec, ast.JoinedStr) for part in spec.values]
    return [part for part in parts if isinstance(part, ast.FormattedValue)]
