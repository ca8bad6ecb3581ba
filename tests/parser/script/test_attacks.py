"""Scripts that mean harm: none reaches what is outside of the language, none goes on for longer than it may.

Each family is every way of doing something with everything there is to do it with: attacks.txt has both, in sections.
"""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path

import pytest
from pace import at_once

from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session
from autodiff.parser.syntax.errors import ExpressionError

LIMITS = Limits(steps=3_000, elements=2_000, calls=50, seconds=600)

SECTIONS = {
    title: text.strip("\n")
    for title, _, text in (
        section.partition("\n")
        for section in ("\n" + (Path(__file__).parent / "attacks.txt").read_text()).split("\n## ")[1:]
    )
}
VALUES = SECTIONS["one value of each kind"]
# What is refused in another way than by name where there is more than a name.
KINDS = ("name", "syntax", "value", "type", "shape")


def words(title: str) -> list[str]:
    return SECTIONS[title].split()


def entries(title: str) -> list[str]:
    return SECTIONS[title].split("\n\n")


def named(title: str) -> dict[str, str]:
    """Entries by the comment that each begins with."""
    return {name.removeprefix("# "): text for name, _, text in (entry.partition("\n") for entry in entries(title))}


@pytest.fixture
def session() -> Session:
    made = Session(lambda text: None, LIMITS)
    made.run(VALUES)
    return made


def ends(session: Session, source: str) -> str | None:
    """The kind of the error that a script ends with, None if it ends without one."""
    try:
        session.run(source)
    except ExpressionError as error:
        return error.kind
    return None


def test_no_value_shows_what_is_inside_of_it(session: Session) -> None:
    session.run("reached = []")
    for name in words("names inside of values"):
        session.run(
            "for i, v in enumerate(values):\n"
            f"    try: v.{name}\n"
            "    except AttributeError: continue\n"
            f"    reached.append((i, '{name}', v))"
        )
    assert len(session.names["values"]) > 80
    # `super().__init__()` and the module `torch.func` are of the language.
    assert [(name, str(value)[:15]) for _, name, value in session.names["reached"]] == [
        ("__init__", "<super>"),
        ("func", "<module 'torch'"),
    ]


@pytest.mark.parametrize("name", ["__class__", "__dict__", "__globals__", "__traceback__"])
def test_no_way_of_writing_it_leads_to_a_hidden_name(session: Session, name: str) -> None:
    session.run("v = A()\ne = error\ng = gen()\nm = torch")
    sources = [way.format(v=value, n=name) for way, value in product(entries("ways to a name"), "vegm")]
    assert [source for source in sources if ends(session, source) not in KINDS] == []


@pytest.mark.parametrize("use", entries("ways to use a name"))
def test_what_is_not_of_the_language_has_no_name(session: Session, use: str) -> None:
    # `class C(object)` is `class C`.
    named = [name for name in words("names that scripts lack") if name != "object" or "class" not in use]
    assert [name for name in named if ends(session, use.format(n=name)) not in ("name", "syntax")] == []


@pytest.mark.parametrize("way", entries("ways to show a value"))
def test_nothing_that_is_shown_says_where_it_lies_in_memory_or_how_it_is_made(way: str) -> None:
    written: list[str] = []
    session = Session(written.append, LIMITS, warn=lambda error: written.append(error.message))
    session.run(VALUES)
    for index in range(len(session.names["values"])):
        try:
            session.run(f"v = values[{index}]\n{way}")
        except ExpressionError as error:
            written.append(f"{error.message} {error.help}")
    text = "".join(written)
    assert [word for word in ("0x", "autodiff.parser", "functools", ".py", "Traceback") if word in text] == []


@pytest.mark.parametrize("kind", named("hostile objects"))
def test_objects_with_hostile_methods_harm_nothing_that_they_are_given_to(session: Session, kind: str) -> None:
    session.run("import math\ngrown = []\n" + named("hostile objects")[kind])
    with at_once():
        kinds = {ends(session, taken.format(c="C()")) for taken in words("calls with them")}
    session.run("torch.set_default_dtype(torch.float64)")
    assert kinds <= {None, "assert", "name", "type", "value", "shape", "limit"}


@pytest.mark.parametrize("way", entries("ways to import"))
def test_no_module_but_those_of_the_language_is_imported(session: Session, way: str) -> None:
    sources = [way.format(m=module) for module in words("modules")]
    assert [source for source in sources if ends(session, source) not in ("name", "syntax")] == []


@pytest.mark.parametrize("way", entries("ways to define one"))
def test_no_class_gets_a_method_that_python_would_call_elsewhere(session: Session, way: str) -> None:
    sources = [way.format(n=name) for name in words("special methods")]
    assert [source for source in sources if ends(session, source) not in ("name", "syntax", "type")] == []


def test_names_given_in_comprehensions_of_a_class_are_not_looked_up_by_python(session: Session) -> None:
    session.run(
        "class C:\n    [(__getattr__ := lambda *a: 1) for i in [1]]\n    [(__len__ := 3) for i in [1]]\nc = C()"
    )
    assert ends(session, "c.anything") == "name"


def around(handler: str, attack: str) -> str:
    """The attack in the place of its name, as far indented."""
    before, _, after = handler.partition("ATTACK")
    return before + attack.replace("\n", "\n" + " " * len(before.rpartition("\n")[2])) + after


@pytest.mark.parametrize("handler", named("ways to go on"))
def test_nothing_goes_on_for_ever_and_no_handler_catches_its_end(session: Session, handler: str) -> None:
    wrong = []
    for name, attack in named("what takes too much").items():
        session.names["caught"] = []
        source = around(named("ways to go on")[handler], attack)
        with at_once():
            kind = ends(session, source)
        wrong += [name] * (kind != "limit" or session.names["caught"] != [])
    assert wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "type('X', (), {})",
        "type(*['X', (), {}])",
        "type(type)('X', (), {})",
        "type(A)('X', (), {})",
        "type(torch)('os')",
        "type(fun)(1)",
        "type(gen())()",
        "type(sum_.grad_fn)()",
        "class C(type): pass",
        "class C(type(leaf)): pass",
        "class C(type(A)): pass",
        "class C(type([])): pass",
        "type(leaf).x = 1",
        "A.__name__ = 'B'",
        "isinstance(leaf, type)",
        "time.sleep(1)",
        "time.get_clock_info('time')",
        "from time import struct_time",
        "typing.sys",
        "typing.get_type_hints(A)",
        "typing.List.format_map({})",
        "warnings.sys",
        "warnings.showwarning = print",
        "warnings.warn('x')",
        "random.Random",
        "random._os",
        "random.SystemRandom",
        "random.getstate()",
        "random.seed(A())",
        "random.shuffle(leaf)",
        "random.choice({})",
        "random.gammavariate(math.nan, 1)",
    ],
)
def test_types_and_chance_lead_to_nothing_else(session: Session, source: str) -> None:
    assert ends(session, source) in ("name", "type", "syntax")


def test_a_number_of_a_value_is_not_where_it_lies(session: Session) -> None:
    session.run("numbers = [id(leaf), id(leaf), id(sum_)]")
    first, again, other = session.names["numbers"]
    assert first == again != other
    assert first != id(session.names["leaf"])


def test_chance_is_a_script_s_own(session: Session) -> None:
    state = random.getstate()
    session.run("random.seed(3)\nx = [random.random(), random.randint(1, 9), random.gauss(0, 1)]")
    assert random.getstate() == state
    own = random.Random(3)
    assert session.names["x"] == [own.random(), own.randint(1, 9), own.gauss(0, 1)]
