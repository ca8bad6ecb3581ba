"""A script takes no more than it may: each limit has an error that names it, and no operation steps over one."""

from __future__ import annotations

import signal
import sys

import pytest
from groups import grouped
from pace import calls

from autodiff.parser.script.running import resources
from autodiff.parser.script.running.exceptions import ScriptError
from autodiff.parser.script.running.script_limits import Limits
from autodiff.parser.script.session import Session

NESTED = "a = b = [1]\nfor i in range(60):\n    a = [a, a]\n    b = [b, b]\n"


@grouped(
    "source, limits, message, option",
    [
        ("x = 1 + 1", {"length": 8}, "the script is 9 characters long, more than the limit of 8", "length"),
        ("x = ((1))", {"depth": 1}, "brackets are nested 2 deep, more than the limit of 1", "depth"),
        ("while True: pass", {"steps": 1000}, "more than 1,000 steps", "steps"),
        ("[i for i in range(1000)]", {"steps": 100}, "more than 100 steps", "steps"),
        ("def f(n): return f(n + 1)\nf(0)", {}, "more than 1,000 calls of functions inside each other", "calls"),
        ("def f(n): return g(n)\ndef g(n): return f(n)\nf(0)", {"calls": 5}, "more than 5 calls", "calls"),
        ("torch.ones(11)", {"elements": 10}, "more than 10 elements in one tensor", "elements"),
        ("x = torch.ones(5)\ntorch.outer(x, x)", {"elements": 10}, "more than 10 elements in one tensor", "elements"),
        ("[0] * 11", {"elements": 10}, "more than 10 elements in one list", "elements"),
        ("l = []\nwhile True: l.append(1)", {"elements": 10}, "more than 10 elements in one list", "elements"),
        ("l = [0]\nwhile True: l += l", {"elements": 10}, "more than 10 elements in one list", "elements"),
        ("l = [0]\nfor i in l: l.extend(l)", {"elements": 10}, "more than 10 elements in one list", "elements"),
        ("l = [0] * 6\nl.extend(zip(l, l))", {"elements": 11}, "more than 11 elements in one list", "elements"),
        ("l = [0] * 6\nl += enumerate(l)", {"elements": 11}, "more than 11 elements in one list", "elements"),
        ("l = [0]\nl[0:0] = range(11)", {"elements": 20}, None, None),
        ("list(range(11))", {"elements": 10}, "more than 10 elements in one range", "elements"),
        ("range(10**30)", {}, "more than 10,000,000 elements in one range", "elements"),
        ("'a' * 11", {"elements": 10}, "more than 10 elements in one text", "elements"),
        ("'ab' + 'cdefghijkl'", {"elements": 10}, "more than 10 elements in one text", "elements"),
        ("f'{1}' * 5 + f'{123456}'", {"elements": 10}, "more than 10 elements in one text", "elements"),
        ("'abcdef'.replace('', '123')", {"elements": 10}, "more than 10 elements in one text", "elements"),
        ("'abc'.join(['', '', '', '', ''])", {"elements": 10}, "more than 10 elements in one text", "elements"),
        ("sum([[1], [2], [3]] * 3, [])", {"elements": 8}, "more than 8 elements in one list", "elements"),
        ("10 ** 100000", {}, "a whole number of more than 100,000 bits", None),
        ("2 ** 2 ** 100", {}, "a whole number of more than 100,000 bits", None),
        ("1 << 10**9", {}, "a whole number of more than 100,000 bits", None),
        ("x = 3\nwhile True: x *= x", {}, "a whole number of more than 100,000 bits", None),
        ("pow(7, 10**6)", {}, "a whole number of more than 100,000 bits", None),
        ("f'{1:99999}'", {}, "a width or precision of more than 4 digits", None),
        ("'%99999d' % 1", {}, "a width or precision of more than 4 digits", None),
        ("'%*d' % (99999, 1)", {}, "a width or precision of more than 4 digits", None),
        ("format(1.0, '.99999f')", {}, "a width or precision of more than 4 digits", None),
        ("l = []\nfor i in range(20000): l = [l]\nprint(l)", {}, "this goes too deep", None),
        *((f"m = [1]\nwhile True: m = {more}", {}, "more than 100 iterators inside each other", None) for more in [
            "map(abs, m)",
            "filter(None, m)",
            "zip([1], m)",
            "enumerate(iterable=m)",
        ]),
        ("", {"steps": 0}, "more than 0 steps", "steps"),
        *((NESTED + line, {"elements": 1000}, "more than 1,000 elements in one list", "elements") for line in [
            "print(a)",
            "a",
            "str(a)",
            "repr(a)",
            "f'{a}'",
            "'%s' % a",
            "'%s' % (a,)",
            "a == b",
            "a < b",
            "a in [b]",
            "max(a, b)",
            "min([a, b])",
            "sorted([a, b])",
            "[a].index(b)",
            "(a,).count(b)",
            "[a].remove(b)",
            "[a, b].sort()",
            "assert False, a",
            "torch.tensor(a)",
            "torch.tensor(data=a)",
            "torch.tensor([a, 1])",
            "torch.ones(2) + a",
            "a * torch.ones(2)",
            "torch.ones(2)[a]",
            "torch.ones(2)[0, a]",
            "x = torch.ones(2)\nx[0] = a",
            "x = torch.ones(2)\nx[a] = 1",
            "x = torch.ones(2)\nx += a",
            "torch.ones(2).sum(a)",
            "torch.func.vmap(lambda x: a)(torch.ones(2))",
        ]),
    ],
)  # fmt: skip
def test_more_than_a_limit_is_an_error_that_names_the_option(
    run, fails, source: str, limits: dict[str, int], message: str | None, option: str | None
) -> None:
    if message is None:
        run(source, **limits)
        return
    error = fails(source, **limits)
    assert error.kind == "limit"
    assert error.message.startswith(message)
    assert error.help == (f"raise the limit with `--limit {option}=N`" if option else error.help)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_more_memory_than_the_limit_is_an_error(fails) -> None:
    error = fails("l = []\nwhile True:\n    l.append(torch.ones(1000000))\n", memory=100)
    assert (error.kind, error.message) == ("limit", "more than 100 megabytes of memory")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
@pytest.mark.parametrize("memory", [1, 5, 10**13])
def test_the_thread_of_the_timer_has_its_memory_whatever_the_limit(run, memory: int) -> None:
    assert run("1 + 1", memory=memory, seconds=60) == "2\n"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is limited on Linux only")
def test_memory_that_is_full_of_small_things_leaves_room_for_the_error(fails) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_AS)
    error = fails("l = []\nwhile True: l.append(list(zip(range(1000))))", memory=1)
    assert (error.kind, error.message) == ("limit", "more than 1 megabytes of memory")
    assert resource.getrlimit(resource.RLIMIT_AS) == before


@pytest.mark.parametrize("seconds", [1e10, 1e300])
def test_more_time_than_a_timer_can_wait_for_is_no_limit(run, seconds: float) -> None:
    assert run("1 + 1", seconds=seconds) == "2\n"


@pytest.mark.usefixtures("unwatched")
def test_an_interrupt_that_is_lost_is_not_the_last(fails, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_AGAIN", 0.05)
    interrupts, interrupt = iter([lambda: None]), resources._interrupt_main
    monkeypatch.setattr(resources, "_interrupt_main", lambda: next(interrupts, interrupt)())
    assert fails("while True: pass", seconds=0.05).kind == "timeout"


@pytest.mark.usefixtures("unwatched")
def test_time_is_up_also_where_interrupts_by_a_key_are_ignored(fails) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        assert fails("while True: pass", seconds=0.05).kind == "timeout"
    finally:
        signal.signal(signal.SIGINT, before)


def test_time_that_is_up_as_a_script_ends_is_no_error() -> None:
    written: list[str] = []
    session = Session(written.append, Limits(seconds=60))
    go_on = session.machine.go_on

    def late(base: int = 0) -> None:
        go_on(base)
        session.machine.timer.expired = True
        raise KeyboardInterrupt

    session.machine.go_on = late
    session.run("1 + 1")
    assert written == ["2\n"]


def test_time_that_is_up_as_an_error_is_explained_is_an_error_all_the_same() -> None:
    session = Session(lambda text: None, Limits(seconds=60))
    fail = session.machine.fail

    def late(error: BaseException, base: int = 0) -> None:
        session.machine.fail = fail
        session.machine.timer.expired = True
        raise KeyboardInterrupt

    session.machine.fail = late
    with pytest.raises(ScriptError, match="it takes more than 60 s"):
        session.run("torch.func.grad(lambda x: 1 / 0)(torch.ones(2))")
    assert session.machine.frames == []


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "def f(): return f\nwhile True: f()()",
        "sorted(range(1000000), key=lambda x: [x for x in range(1000)])",
        "x = torch.ones(3, requires_grad=True)\nwhile True: (x * 2).sum().backward()",
        "x = torch.tensor(1.0, requires_grad=True)\ny = x\nwhile True: y = y * 1.0",
        "while True:\n    try: 1 / 0\n    except: pass\n    finally: continue",
        "class W:\n    def __enter__(self): pass\n    def __exit__(self, *a): return True\n"
        "while True:\n    with W():\n        while True: pass",
        "def g():\n    try: yield\n    finally:\n        while True: pass\nwhile True: next(g())",
    ],
)
@pytest.mark.usefixtures("unwatched")
def test_a_script_that_takes_too_long_is_stopped(fails, source: str) -> None:
    error = fails(source, seconds=0.2)
    assert (error.kind, error.message) == ("timeout", "it takes more than 0.2 s")


def test_a_timer_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, float]] = []
    monkeypatch.setattr(resources, "announce", lambda *seconds: told.append(seconds))
    session, before = Session(lambda text: None, Limits(seconds=600)), signal.getsignal(resources._INTERRUPT)
    session.run("1 + 1")
    assert session.machine.timer.ended.is_set()
    assert session.machine.timer.thread is None
    assert signal.getsignal(resources._INTERRUPT) == before
    assert told == [(600, resources._GRACE), (0, 0)]


@pytest.mark.parametrize(
    "source",
    [
        "+".join(["1"] * 2_000),
        "-" * 1_000 + "1",
        "(" * 150 + "1" + ")" * 150,
        "[" * 150 + "]" * 150 + "; 1",
        "f = abs\n" + "f(" * 150 + "1" + ")" * 150,
        "x = torch.tensor(1.0)\nx" + ".abs()" * 1_000,
        "x = 1\n" * 50_000,
        "1 if 0 else " * 500 + "2",
        "1 < " * 5_000 + "2",
        "not " * 1_000 + "1",
        "a = " * 5_000 + "1",
        "lambda: " * 40 + "1",
        "if 1:\n" + "".join("  " * depth + "if 1:\n" for depth in range(1, 90)) + "  " * 90 + "x = 1",
        "'a' " * 20_000,
        "f'" + "{1}" * 5_000 + "'",
    ],
    ids=range(15),
)
def test_a_long_or_deep_script_runs(run, source: str) -> None:
    run(source)


@grouped(
    "source",
    [
        "(" * 20_000,
        "[" * 100_000 + "]" * 100_000,
        "f(" * 20_000,
        "{" * 201 + "}" * 201,
        "f(" * 100 + "{[" * 100 + "]}" * 100 + ")" * 100,
        "+".join(["1"] * 50_000),
        "f'{" * 5_000,
        "-" * 20_000 + "1",
        "not " * 50_000 + "1",
        "2**" * 10_000 + "1",
        "x" + ".abs()" * 50_000,
        "1 if 0 else " * 20_000 + "2",
        "if 1: 1\n" + "elif 1: 1\n" * 20_000,
    ],
    ids=range(13),
)
def test_a_script_that_is_too_deep_is_refused_at_once_by_name(fails, source: str) -> None:
    assert fails(source).kind == "limit"
    assert calls(lambda: fails(source)) < 3 * len(source) + 5_000


@grouped(
    "source",
    [
        "lambda: " * 60 + "1",
        "if 1:\n" * 3,
        "".join("  " * depth + "if 1:\n" for depth in range(150)) + "  " * 150 + "1",
        "9" * 5_000,
        "0x" + "9" * 500_000,
        "\x00",
        "\ud800",
        "x = '\x00'; y",
    ],
    ids=range(8),
)
def test_what_is_no_script_is_refused_at_once(fails, source: str) -> None:
    assert fails(source).kind == "syntax"
    assert calls(lambda: fails(source)) < 3 * len(source) + 5_000


def test_a_script_sees_no_addresses_and_no_complex_numbers(fails) -> None:
    written: list[str] = []
    session = Session(written.append)
    session.run("print([].append, sin, [''.join]); print(f'{[].append}', str(print)); [].append")
    assert "0x" not in "".join(written)
    session.run("print('at 0x12', ['at 0x12'])")
    assert written[-1] == "at 0x12 ['at 0x12']\n"
    for source in ("(-8)**0.5", "(-8.0)**(1/3)", "x = -2\nx **= 0.5"):
        assert fails(source).kind == "value"
    session.run("print((-8)**2.0, (-8)**-1, 8**0.5, (-1.0)**math.inf if False else 1)")


def test_what_nodes_keep_for_others_is_out_of_reach(fails) -> None:
    error = fails("x = torch.ones(1, requires_grad=True)\n(x * 2).grad_fn.metadata")
    assert error.kind == "name"


@pytest.mark.parametrize("more", ["collections.deque([d])", "ValueError(d)", "iter([d])", "itertools.chain(d)"])
def test_what_is_deep_inside_is_freed(run, more: str) -> None:
    run(f"import collections, itertools\nd = []\nfor i in range(30000): d = {more}\nd = None")


def test_slices_are_not_inside_each_other(fails) -> None:
    error = fails("class A:\n    def __getitem__(self, key): return key\na = A()\na[a[1:2]:]")
    assert error.type_name == "TypeError"


def test_digits_beyond_all_that_numbers_have_cost_nothing() -> None:
    written: list[str] = []
    session = Session(written.append)
    try:
        session.run("torch.set_printoptions(precision=10**9); print(torch.tensor(1.5))")
    finally:
        session.run("torch.set_printoptions(profile='default')")
    assert len(written[0]) < 2_000
