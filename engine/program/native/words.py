"""Machine code for one thing at a time: whole numbers of 64 bits, memory, choices and repetition.

What is written with a `Routine` reads like arithmetic in Python; each operator writes an instruction. A loop over rows
of numbers is made of `lanes.py` instead: this is for what goes byte by byte, such as text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

_BITS = (1 << 64) - 1


def _operator(instruction: str, result: str = "") -> Callable[[Word, Whole], Word]:
    """The instruction with another number; its result is of the same type unless it is said."""

    def method(self: Word, other: Whole) -> Word:
        return self.routine.emit(f"{instruction} {self.type} {self.name}, {_text(other)}", result or self.type)

    return method


class Word:
    """A whole number of 64 bits without sign, or a truth: `type` says which. Arithmetic is modulo 2^64."""

    __slots__ = ("name", "routine", "type")
    __hash__ = None

    def __init__(self, routine: Routine, name: str, type: str = "i64") -> None:
        self.routine = routine
        self.name = name
        self.type = type

    __add__ = _operator("add")
    __sub__ = _operator("sub")
    __mul__ = _operator("mul")
    __floordiv__ = _operator("udiv")
    __and__, __or__, __xor__ = _operator("and"), _operator("or"), _operator("xor")
    __lshift__, __rshift__ = _operator("shl"), _operator("lshr")
    __eq__ = _operator("icmp eq", "i1")  # pyrefly: ignore[bad-override]
    __ne__ = _operator("icmp ne", "i1")  # pyrefly: ignore[bad-override]
    __lt__, __le__ = _operator("icmp ult", "i1"), _operator("icmp ule", "i1")
    __gt__, __ge__ = _operator("icmp ugt", "i1"), _operator("icmp uge", "i1")
    # Divided by a power of two and rounded down, as a number with a sign.
    signed_shift = _operator("ashr")

    def is_negative(self) -> Word:
        """Whether the number is below zero, as one with a sign."""
        return _operator("icmp slt", "i1")(self, 0)

    def one_if(self) -> Word:
        """1 for a truth that holds, else 0."""
        return self.routine.emit(f"zext i1 {self.name} to i64")

    def chosen(self, yes: Whole, no: Whole) -> Word:
        """One of two numbers, by a truth."""
        return self.routine.emit(f"select i1 {self.name}, i64 {_text(yes)}, i64 {_text(no)}")

    def leading_zeros(self) -> Word:
        """How many of the 64 bits stand before the first 1."""
        return self.routine.emit(f"call i64 @llvm.ctlz.i64(i64 {self.name}, i1 false)")

    def trailing_zeros(self) -> Word:
        """How many of the 64 bits stand behind the last 1."""
        return self.routine.emit(f"call i64 @llvm.cttz.i64(i64 {self.name}, i1 false)")

    def product(self, other: Word) -> tuple[Word, Word]:
        """The upper and the lower 64 bits of a product."""
        emit = self.routine.emit
        first, second = (emit(f"zext i64 {word.name} to i128", "i128") for word in (self, other))
        whole = emit(f"mul i128 {first.name}, {second.name}", "i128")
        upper = emit(f"lshr i128 {whole.name}, 64", "i128")
        return emit(f"trunc i128 {upper.name} to i64"), emit(f"trunc i128 {whole.name} to i64")

    def read(self, bits: int = 64) -> Word:
        """The number of so many bits at this address, which need not be aligned."""
        found = self.routine.emit(f"load i{bits}, ptr {self._pointer()}, align 1", f"i{bits}")
        return found if bits == 64 else self.routine.emit(f"zext i{bits} {found.name} to i64")

    def write(self, value: Whole, bits: int = 64) -> None:
        """Puts the last bits of a number at this address."""
        if bits == 64 or isinstance(value, int):
            text = _text(value if not isinstance(value, int) else value & (1 << bits) - 1)
        else:
            text = self.routine.emit(f"trunc i64 {value.name} to i{bits}").name
        self.routine.add(f"store i{bits} {text}, ptr {self._pointer()}, align 1")

    def copy(self, source: Word, count: int) -> None:
        """Copies so many bytes, a power of two, from one address to this."""
        kind = f"<{count} x i8>"
        piece = self.routine.emit(f"load {kind}, ptr {source._pointer()}, align 1", kind)
        self.routine.add(f"store {kind} {piece.name}, ptr {self._pointer()}, align 1")

    def _pointer(self) -> str:
        return self.routine.emit(f"inttoptr i64 {self.name} to ptr", "ptr").name


Whole: TypeAlias = "Word | int"


class Variable:
    """A number that changes: a place in memory."""

    def __init__(self, routine: Routine, start: Whole) -> None:
        self.routine = routine
        self.place = routine.reserve("i64")
        self.set(start)

    @property
    def now(self) -> Word:
        """Its value at this point."""
        return self.routine.emit(f"load i64, ptr {self.place}")

    def set(self, value: Whole) -> None:
        """Gives it another value."""
        self.routine.add(f"store i64 {_text(value)}, ptr {self.place}")

    def add(self, value: Whole) -> None:
        """Adds to it."""
        self.set(self.now + value)


class Routine:
    """The function `loop` of a module being written (see `loops.py`): `rows` and `pointers` are its arguments."""

    def __init__(self) -> None:
        self._places: list[str] = []
        self._lines: list[str] = []
        self._count = 0
        self.rows = Word(self, "%rows")
        self.pointers = Word(self, "%pointers")

    def text(self) -> str:
        """The module."""
        return "\n".join(
            [
                "declare i64 @llvm.ctlz.i64(i64, i1)",
                "declare i64 @llvm.cttz.i64(i64, i1)",
                "define void @loop(i64 %rows, i64 %pointers) nounwind {",
                *self._places,
                *self._lines,
                "ret void",
                "}",
            ]
        )

    def add(self, line: str) -> None:
        """An instruction without a result."""
        self._lines.append(line)

    def emit(self, instruction: str, type: str = "i64") -> Word:
        """The result of an instruction."""
        name = self._name("v")
        self.add(f"{name} = {instruction}")
        return Word(self, name, type)

    def constant(self, value: int) -> Word:
        """A number that is known."""
        return Word(self, str(value & _BITS))

    def pointer(self, place: int) -> Word:
        """One of the addresses that the function is given, counted from 0."""
        return (self.pointers + 8 * place).read()

    def variable(self, start: Whole = 0) -> Variable:
        """A number that changes."""
        return Variable(self, start)

    def reserve(self, kind: str) -> str:
        """A place in memory for the time of the call."""
        name = self._name("m")
        self._places.append(f"{name} = alloca {kind}, align 16")
        return name

    def buffer(self, size: int) -> Word:
        """The address of so many bytes for the time of the call."""
        return self.emit(f"ptrtoint ptr {self.reserve(f'[{size} x i8]')} to i64")

    @contextmanager
    def when(self, truth: Word) -> Iterator[None]:
        """What is written inside is done where a truth holds."""
        inside, behind = self._name("l"), self._name("l")
        self._branch(truth, inside, behind)
        self._label(inside)
        yield
        self.add(f"br label {behind}")
        self._label(behind)

    def either(self, truth: Word, yes: Callable[[], None], no: Callable[[], None]) -> None:
        """One of two things, by a truth."""
        inside, other, behind = (self._name("l") for _ in range(3))
        self._branch(truth, inside, other)
        for label, part in ((inside, yes), (other, no)):
            self._label(label)
            part()
            self.add(f"br label {behind}")
        self._label(behind)

    @contextmanager
    def repeat(self, truth: Callable[[], Word]) -> Iterator[None]:
        """What is written inside is done again as long as a truth holds, which is looked at before."""
        head, inside, behind = (self._name("l") for _ in range(3))
        self.add(f"br label {head}")
        self._label(head)
        self._branch(truth(), inside, behind)
        self._label(inside)
        yield
        self.add(f"br label {head}")
        self._label(behind)

    def _branch(self, truth: Word, yes: str, no: str) -> None:
        self.add(f"br i1 {truth.name}, label {yes}, label {no}")

    def _label(self, name: str) -> None:
        self.add(f"{name.removeprefix('%')}:")

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"%{letter}{self._count}"


def _text(value: Whole) -> str:
    return value.name if isinstance(value, Word) else str(value & _BITS)
