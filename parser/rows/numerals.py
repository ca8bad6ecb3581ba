"""Numbers as text in machine code: the shortest digits that give the same number, as Python's `repr` writes them.

The digits are found as Raffaele Giulietti, The Schubfach way to render doubles (2020), shows: the numbers that round to
a double lie between two bounds, which are multiplied by a power of ten that leaves either no or few of them whole.
"""

from __future__ import annotations

from functools import cache
from math import log2, log10

import numpy as np

from ...engine.program.native.words import Routine, Variable, Word

# As many bytes as a number may take, and those after it that may be written to before the next.
LONGEST = 24
SLACK = 40

_EXPONENT_BITS, _MANTISSA_BITS, _BIAS = 0x7FF, 52, 1075
_HIDDEN = 1 << _MANTISSA_BITS
# Powers of ten by which doubles are multiplied.
LOWEST, HIGHEST = -292, 324
_DIGITS = 17
DIGIT_POWERS = 20
_ZEROS = int.from_bytes(b"00000000", "little")


@cache
def powers_of_ten() -> np.ndarray:
    """The table that `write_number` reads: 10^0 to 10^19, then of each power of ten its first 128 bits, rounded up."""
    table = [10**n for n in range(DIGIT_POWERS)]
    for n in range(LOWEST, HIGHEST + 1):
        power = 10 ** abs(n)
        length = power.bit_length()
        if n >= 0:
            bits = -(-power >> length - 128) if length > 128 else power << 128 - length
        else:
            # 2^(length - 1) < power < 2^length, so that this is at least 2^127.
            bits = -(-(1 << 127 + length) // power)
            bits = bits if bits < 1 << 128 else -(-(1 << 126 + length) // power)
        table += [bits & (1 << 64) - 1, bits >> 64]
    return np.array(table, np.uint64)


def write_number(code: Routine, bits: Word, table: Word, end: Variable, buffer: Word) -> None:
    """Writes the text of a double, given as its bits, at `end`, which moves behind it.

    `buffer` is of 40 bytes, for as long as this takes.
    """
    size = bits & (1 << 63) - 1
    infinite = _EXPONENT_BITS << _MANTISSA_BITS

    end.now.write(ord("-"), 8)
    end.add((bits != size).one_if() & (size <= infinite).one_if())

    def special() -> None:
        end.now.write((size == infinite).chosen(*(int.from_bytes(word, "little") for word in (b"inf", b"nan"))), 32)
        end.add(3)

    def finite() -> None:
        code.either(size == 0, zero, lambda: _write_digits(code, *_shortest(size, table), table, end, buffer))

    def zero() -> None:
        end.now.write(int.from_bytes(b"0.0", "little"), 32)
        end.add(3)

    code.either((size < infinite), finite, special)


def _shortest(size: Word, table: Word) -> tuple[Word, Word]:
    """The digits of a double as a whole number, which may end in zeros, and the power of ten they are multiplied by."""
    biased, fraction = size >> _MANTISSA_BITS, size & _HIDDEN - 1
    is_small = biased == 0
    whole = is_small.chosen(fraction, fraction | _HIDDEN)
    power = is_small.chosen(1, biased) - _BIAS
    # Below a power of two the doubles are twice as close.
    closer = (fraction == 0).one_if() & (biased > 1).one_if()
    tenth = (power * int(log10(2) * 2**22) - closer * -int(log10(3 / 4) * 2**22)).signed_shift(22)
    inverse = tenth * -1
    shift = power + (inverse * int(log2(10) * 2**19)).signed_shift(19) + 1
    entry = table + 8 * DIGIT_POWERS + ((inverse - LOWEST) << 4)
    lower_part, upper_part = entry.read(), (entry + 8).read()

    def multiplied(number: Word) -> Word:
        """The upper bits of a product of 192, odd where lower ones are lost."""
        shifted = number << shift
        carried, _ = lower_part.product(shifted)
        upper, middle = upper_part.product(shifted)
        summed = middle + carried
        return (upper + (summed < middle).one_if()) | (summed > 1).one_if()

    middle = whole << 2
    odd = whole & 1
    value = multiplied(middle)
    lowest = multiplied(middle - 2 + closer) + odd
    highest = multiplied(middle + 2) - odd

    digits = value >> 2
    # One digit less, if exactly one such number lies between the bounds.
    fewer = digits // 10
    below, above = lowest <= fewer * 40, fewer * 40 + 40 <= highest
    is_shorter = (digits > 9) & (below ^ above)
    # Else the one of two that lies there, or the nearer one.
    low, high = lowest <= digits << 2, (digits << 2) + 4 <= highest
    half = (digits << 2) + 2
    nearer = (value > half).one_if() | ((value == half).one_if() & digits)
    next = (low ^ high).chosen(high.one_if(), nearer & 1)
    return is_shorter.chosen(fewer + above.one_if(), digits + next), tenth + is_shorter.one_if()


def _write_digits(code: Routine, digits: Word, tenth: Word, table: Word, end: Variable, buffer: Word) -> None:
    """Writes digits, given as a whole number and the power of ten it is multiplied by."""
    about = ((digits.leading_zeros() * -1 + 64) * int(log10(2) * 2**12)) >> 12
    count = about + 1 - (digits < (table + (about << 3)).read()).one_if()
    padded = digits * (table + ((count * -1 + _DIGITS) << 3)).read()
    exponent = tenth + count - 1
    upper = padded // 10**8
    first = upper // 10**8
    middle, last = _digits_of(upper - first * 10**8), _digits_of(padded - upper * 10**8)
    zeros = (last == 0).chosen((middle.leading_zeros() >> 3) + 8, last.leading_zeros() >> 3)
    length = zeros * -1 + _DIGITS
    buffer.write(first + ord("0"), 8)
    (buffer + 1).write(middle | _ZEROS)
    (buffer + 9).write(last | _ZEROS)
    for place in (17, 25, 32):
        (buffer + place).write(_ZEROS)

    def with_point() -> None:
        """As 12.5 or 1200.0."""
        point = end.now + exponent + 1
        end.now.copy(buffer, 16)
        point.write(ord("."), 8)
        (point + 1).copy(buffer + exponent + 1, 16)
        behind = length - exponent - 1
        end.set(point + 1 + ((behind - 1).is_negative()).chosen(1, behind))

    def below_one() -> None:
        """As 0.00125."""
        end.now.write(int.from_bytes(b"0.000000", "little"))
        start = end.now + 1 - exponent
        start.copy(buffer, 16)
        (start + 16).copy(buffer + 16, 1)
        end.set(start + length)

    def with_exponent() -> None:
        """As 1.25e-07 or 1e+100."""
        start = end.now
        start.write(first + ord("0"), 8)
        (start + 1).write(ord("."), 8)
        (start + 2).copy(buffer + 1, 16)
        place = start + (length > 1).chosen(length + 1, 1)
        place.write(ord("e"), 8)
        (place + 1).write(exponent.is_negative().chosen(ord("-"), ord("+")), 8)
        size = exponent.is_negative().chosen(exponent * -1, exponent)
        hundreds = size // 100
        tens = (size - hundreds * 100) // 10
        (place + 2).write(hundreds + ord("0"), 8)
        place = place + 2 + (hundreds > 0).one_if()
        place.write(tens + ord("0"), 8)
        (place + 1).write(size - hundreds * 100 - tens * 10 + ord("0"), 8)
        end.set(place + 2)

    code.either(exponent < 16, with_point, lambda: code.either(exponent + 4 < 4, below_one, with_exponent))


def _digits_of(number: Word) -> Word:
    """The eight digits of a whole number below 10^8, a byte each, the first one in the lowest byte.

    Two, four and eight parts are divided at once: by 100 and 10 through a product with what is close to their inverse.
    """
    halves = number // 10000
    parts = halves | ((number - halves * 10000) << 32)
    quarters = ((parts * 10486) >> 20) & 0x7F0000007F
    parts = quarters | ((parts - quarters * 100) << 16)
    eighths = ((parts * 103) >> 10) & 0x000F000F000F000F
    return eighths | ((parts - eighths * 10) << 8)
