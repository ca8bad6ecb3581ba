"""Text as numbers in machine code: the double nearest to what the digits say.

The digits, as a whole number, are multiplied by a power of ten of which the first 128 bits are known, as Daniel Lemire,
Number parsing at a gigabyte per second (2021), shows. Where that leaves open to which side to round, the number is not
read here.
"""

from __future__ import annotations

from math import log2

from ...engine.program.native.words import Routine, Variable, Word
from .numerals import DIGIT_POWERS, HIGHEST, LOWEST

_ZEROS = 0x3030303030303030
_MANTISSA, _BIAS = (1 << 52) - 1, 1023
# Bits of the product below the 53 of a double, of which the first 11 stand in the same word.
_REST, _HALF = 0x7FF, 0x400
# What the product may be wrong by, in units of its last 64 bits.
_DOUBT = 4
# Below these, another digit or eight of them fit into 64 bits.
_ONE_MORE, _EIGHT_MORE = 10**18, 10**11


def read_number(code: Routine, place: Variable, limit: Word, table: Word, good: Variable) -> Word:
    """The bits of the double that the text at `place` says, which moves behind it.

    `table` is that of `numerals.powers_of_ten`. `good` becomes 0 where there is no number as `-12.5e-3`, or one that
    cannot be read here.
    """
    negative = _skipped(code, place, limit, ord("-"))
    digits, exponent = code.variable(0), code.variable(0)
    start = place.now
    _digits(code, place, limit, digits, good)
    whole = place.now - start
    part = code.variable(0)
    with code.when(_skipped(code, place, limit, ord(".")) != 0):
        point = place.now
        _digits(code, place, limit, digits, good)
        part.set(place.now - point)
    with code.when((whole + part.now) == 0):
        good.set(0)
    with code.when(_is_at(code, place, limit, ord("e")) | _is_at(code, place, limit, ord("E"))):
        _exponent(code, place, limit, exponent, good)
    bits = code.variable(0)
    with code.when(digits.now != 0):
        _double(code, digits.now, exponent.now - part.now, table, bits, good)
    return bits.now | negative << 63


def _at(code: Routine, place: Variable, limit: Word) -> Word:
    """The byte at a place, 0 at the end of the text."""
    byte = code.variable(0)
    with code.when(place.now < limit):
        byte.set(place.now.read(8))
    return byte.now


def _is_at(code: Routine, place: Variable, limit: Word, byte: int) -> Word:
    return _at(code, place, limit) == byte


def _skipped(code: Routine, place: Variable, limit: Word, byte: int) -> Word:
    """1 if the byte stood at the place, which moves behind it, else 0."""
    found = _is_at(code, place, limit, byte).one_if()
    place.add(found)
    return found


def _digits(code: Routine, place: Variable, limit: Word, digits: Variable, good: Variable) -> None:
    """Reads digits behind those there are, eight at a time where there are so many."""
    goes_on = code.variable(1)
    with code.repeat(lambda: (goes_on.now != 0) & (place.now + 8 <= limit)):
        text = place.now.read()
        values = text - _ZEROS
        # A byte below `0` is negative, one above `9` more than 127 with 70 added.
        others = (values | (text + 0x4646464646464646)) & 0x8080808080808080
        goes_on.set((others == 0).one_if())
        with code.when(others == 0):
            with code.when(digits.now >= _EIGHT_MORE):
                good.set(0)
            # Two, four and eight digits are joined at once.
            pairs = values * 10 + (values >> 8)
            low = (pairs & 0x000000FF000000FF) * (100 + (1000000 << 32))
            high = ((pairs >> 16) & 0x000000FF000000FF) * (1 + (10000 << 32))
            digits.set(digits.now * 10**8 + ((low + high) >> 32))
            place.add(8)
    with code.repeat(lambda: _at(code, place, limit) - ord("0") < 10):
        with code.when(digits.now >= _ONE_MORE):
            good.set(0)
        digits.set(digits.now * 10 + (place.now.read(8) - ord("0")))
        place.add(1)


def _exponent(code: Routine, place: Variable, limit: Word, exponent: Variable, good: Variable) -> None:
    """Reads `e-12`."""
    place.add(1)
    negative = _skipped(code, place, limit, ord("-"))
    with code.when(negative == 0):
        _skipped(code, place, limit, ord("+"))
    start = place.now
    with code.repeat(lambda: _at(code, place, limit) - ord("0") < 10):
        exponent.set(exponent.now * 10 + (place.now.read(8) - ord("0")))
        place.add(1)
    length = place.now - start
    with code.when((length == 0) | (length > 3)):
        good.set(0)
        exponent.set(0)
    exponent.set((negative != 0).chosen(exponent.now * -1, exponent.now))


def _double(code: Routine, digits: Word, tenth: Word, table: Word, bits: Variable, good: Variable) -> None:
    """The bits of digits, a whole number other than 0, multiplied by a power of ten."""
    known = (tenth - LOWEST) <= HIGHEST - LOWEST
    power = known.chosen(tenth, 0)
    entry = table + 8 * DIGIT_POWERS + ((power - LOWEST) << 4)
    zeros = digits.leading_zeros()
    shifted = digits << zeros
    upper, middle = shifted.product((entry + 8).read())
    carried, _ = shifted.product(entry.read())
    summed = middle + carried
    upper = upper + (summed < middle).one_if()
    top = upper >> 63
    # One place to the left, where the first bit is 0.
    moved = top ^ 1
    first = (upper << moved) | ((summed >> 63) & moved)
    second = summed << moved
    rest = first & _REST
    # A whole number is itself: where it is in the middle, it is rounded to the even one.
    is_exact, is_middle = (power == 0).one_if(), ((rest == _HALF) & (second == 0)).one_if()
    is_doubtful = ((rest == _HALF) & (second <= _DOUBT)) | ((rest == _HALF - 1) & (second >= -_DOUBT & ((1 << 64) - 1)))
    up = (rest >= _HALF).one_if() ^ (is_middle & is_exact & ((first >> 11) ^ 1))
    rounded = (first >> 11) + up
    over = rounded >> 53
    two = (power * int(log2(10) * 2**19)).signed_shift(19)
    exponent = two + 63 - zeros + top + over + _BIAS
    fits = (exponent - 1) < 2 * _BIAS
    with code.when(((known.one_if() & fits.one_if()) == 0) | (is_doubtful & (is_exact == 0))):
        good.set(0)
    bits.set((exponent << 52) | ((rounded >> over) & _MANTISSA))
