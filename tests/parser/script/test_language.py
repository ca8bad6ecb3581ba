"""A script does what Python does with the same text: Python runs it beside ours, and both print the same."""

from __future__ import annotations

import contextlib
import io

import pytest

PROGRAMS = {
    # Statements
    "chained assignment": "a = b = [1]\nb.append(2)\nprint(a, a is b)",
    "unpacking": "a, (b, [c, d]) = 1, (2, [3, 4])\na, b = b, a\nprint(a, b, c, d)",
    "unpacking text": "a, b = 'xy'\nprint(b + a)",
    "one element": "a, = [1]\n[b] = 2,\nprint(a, b)",
    "order of an assignment": "l = [0, 0]\ni = 0\ni, l[i] = 1, 5\nprint(i, l)",
    "augmented": "a = 7\na += 1\na -= 2\na *= 3\na //= 2\na **= 2\na %= 50\na <<= 3\na >>= 1\na |= 1\na &= 13\na ^= 2\nprint(a)",
    "augmented list in place": "a = [1]\nb = a\na += (2, 3)\na *= 2\nprint(b)",
    "augmented item": "l = [1, 2]\nl[0] += 10\nl[-1] *= 2\nprint(l)",
    "item is found once": "n = []\ndef f():\n    n.append(1)\n    return 0\nl = [5]\nl[f()] += 1\nprint(l, len(n))",
    "slices": "l = list(range(6))\nl[1:3] = [7, 8, 9]\nprint(l[::-1], l[-2:], l[:1], l[::2])",
    "if": "for x in (-1, 0, 1):\n  if x < 0:\n    print('-')\n  elif x == 0: print(0)\n  else:\n    print('+')",
    "while": "i = 0\nwhile True:\n    i += 1\n    if i == 2:\n        continue\n    if i > 4: break\n    print(i)\nprint(i)",
    "for and break": "for i in range(3):\n    for j in range(3):\n        if j == 1: break\n        print(i, j)\nprint(i, j)",
    "for with several names": "for i, (a, b) in enumerate([(1, 2), (3, 4)]):\n    print(i, a * b)",
    "semicolons": "a = 1; b = 2;\nprint(a); print(b)",
    "blocks on a line": "if 1: a = 1; b = 2\nprint(a, b)",
    "tabs": "if True:\n\tif True:\n\t\tprint(1)\n\tprint(2)",
    "odd indentation": "if True:\n       print(1)\n       if True:\n        print(2)\nprint(3)",
    "comments": "# one\na = [1, # two\n  2] # three\n\n   # four\nprint(a) # five",
    "continued lines": "a = 1 + \\\n  2\nprint(a,\n\n  'b')",
    "pass": "if 1: pass\nfor i in []: pass\ndef f(): pass\nprint(f())",
    "assert": "assert True, 'no'\nassert 1 == 1\nprint('held')",
    # Functions
    "default values": "def f(a, b=2, c=3):\n    return a, b, c\nprint(f(1), f(1, c=4), f(b=5, a=6), f(7, 8, 9))",
    "default made once": "def f(a, l=[]):\n    l.append(a)\n    return l\nf(1)\nprint(f(2))",
    "recursion": "def f(n):\n    return 1 if n < 2 else n * f(n - 1)\nprint(f(20))",
    "closures": "def f(a):\n    def g(b):\n        return a + b\n    return g\nprint(f(1)(2), f(10)(2))",
    "closures see later values": "fs = []\nfor i in range(3):\n    fs.append(lambda: i)\nprint([f() for f in fs])",
    "lambda defaults": "fs = [lambda x, i=i: x * i for i in range(3)]\nprint([f(10) for f in fs])",
    "own names": "a = 1\ndef f():\n    a = 2\n    return a\nprint(f(), a)",
    "outer names": "def f():\n    return a\na = 5\nprint(f())",
    "no return": "def f():\n    1\nprint(f())",
    "return without a value": "def f(x):\n    if x: return\n    return 1\nprint(f(1), f(0))",
    "return from loops": "def f():\n    for i in range(5):\n        while True:\n            if i == 3: return i\n            break\nprint(f())",
    "functions as values": "def twice(f, x):\n    return f(f(x))\nprint(twice(lambda x: x * 3, 2))",
    "redefined": "def f(): return 1\ng = f\ndef f(): return 2\nprint(f(), g())",
    "a builtin can be hidden": "def f():\n    sum = 3\n    return sum\nprint(f(), sum([1, 2]))",
    # Expressions
    "precedence": "print(-2 ** 2, 2 ** -1, 2 ** 3 ** 2, -3 // 2, -3 % 5, 7 - 3 - 2, 1 + 2 << 1, 6 & 3 | 8 ^ 1, not 1 == 2)",
    "comparisons": "l = 1\nprint(1 < 2 < 3, 3 > 2 > 2, 1 < 2 == 2, 1 == 1 != 2, not 1 in [1], 1 not in [2], l is not None)",
    "chain looks once": "n = []\ndef f():\n    n.append(1)\n    return 2\nprint(1 < f() < 3, 5 < f() < 1, len(n))",
    "chain stops": "print(1 > 2 > (1 / 0))",
    "and or": "print(0 or 'a', 1 and 'b', 0 and 1 / 0, 1 or 1 / 0, None or 0 or [], not [], 1 and 2 or 3)",
    "conditional": "print('a' if 0 else 'b' if 0 else 'c', (1 if 1 else 1 / 0))",
    "arithmetic": "print(7 / 2, 7 // 2, -7 // 2, 7 % -3, 2 ** 0.5, 1e300 * 1e10, 0.1 + 0.2, 10 ** 20, ~5, +True)",
    "numbers": "print(1_000, .5, 5., 1e3, 1E-3, 0, 00, 1_0.0_1, True + True)",
    "lists": "print([], [1], [1, 2,], [[1], [2]] + [[3]], [0] * 3, 2 * [1], [1, 2] < [1, 3], [1] == [1.0])",
    "tuples": "print((), (1,), (1, 2,), 1, (2,) + (3, 4), (1, 2)[1], len(((), ())))",
    "text": "print('a' 'b' \"c\", 'a' * 3, 'abc'[1], 'abc'[::-1], 'b' in 'abc', '' 'x', '''a\nb''', \"\"\"c'd\"\"\")",
    "escapes": r"print('a\tb\\n\'\"\x41\u00e9\N{BULLET}\101\
 c', r'\n', 'q\
r')",
    "f-strings": "x = 3.14159\nn = 42\nprint(f'{x:.2f} {n:05d} {n:>6} {n:<6}| {x!r} {n=} {x=:.1f} {{}} {n + 1}' f'{n:{8}}' 'z{')",
    "f-string parts": "l = [1, 2]\nprint(f'{l[0]} {l[1:]} {(1, 2)} {max(l)} {\"q\"} {1 if l else 2} {l[0] == 1} {l!s:>8}')",
    "f-string over lines": "x = 2\nprint(f'''{\n  x\n}''')",
    "raw f-strings": r"x = 1" "\n" r"print(fr'\n{x}', rf'{x}\t', F'{x}\t', R'\t')",
    "percent": "print('%d %.3f %s %%' % (3, 2.5, 'a'), '%s' % 1)",
    "comprehensions": "print([i * j for i in range(3) for j in range(i) if i + j > 1 if j], [x for x in 'ab'], sum(i for i in range(4)))",
    "names of comprehensions": "i = 9\nprint([i for i in range(3)], i)",
    "comprehension in a function": "def f(n):\n    return [[n * i for i in range(j)] for j in range(3)]\nprint(f(2))",
    "subscript": "l = [[1, 2], [3, 4]]\nprint(l[1][0], l[-1][-1], (5, 6)[0], 'ab'[0])",
    "trailing commas": "def f(a, b,):\n    return a, b\nprint(f(1, 2,), f(\n  a=1,\n  b=2,\n))",
    # Python's functions and methods
    "builtins": "print(abs(-2), all([1, 0]), any([0, 1]), bool([]), divmod(7, 2), float('2'), int(2.9), int('7'), len('abc'))",
    "more builtins": "print(list('ab'), max(1, 3, 2), min([3, 1]), pow(2, 3), pow(2, -1), pow(5, 3, 7), round(2.567, 1), round(2.5))",
    "iterators": "print(list(zip([1, 2], 'ab')), list(map(abs, [-1])), list(filter(None, [0, 1])), list(reversed([1, 2])))",
    "sorting": "print(sorted([3, 1, 2]), sorted('ba'), sorted([1, -3, 2], key=lambda x: -abs(x)), sorted([1, 2], reverse=True))",
    "max by key": "print(max([1, -3], key=abs), min('b', 'a'), max([], default=4))",
    "sum": "print(sum([]), sum([1, 2], 10), sum([[1], [2]], []), sum(range(5)))",
    "text of values": "print(str(1.0), str([1, 'a']), repr('a'), str(), format(3.14159, '.2f'), format(3))",
    "print": "print()\nprint(1, 2, sep='-', end='!\\n')\nprint('a', [1.5, None], (), True)",
    "range": "print(range(3), list(range(1, 10, 3)), list(range(3, 0, -1)), len(range(10)), range(5)[2])",
    "methods of lists": "l = [3, 1]\nl.append(2)\nl.extend([5])\nl.insert(0, 9)\nprint(l.pop(), l.index(1), l.count(3))\nl.sort()\nl.reverse()\nl.remove(9)\nprint(l, l.copy(), l.clear(), l)",
    "methods of text": "s = ' aXb '\nprint(s.strip(), s.upper(), s.lower(), 'a,b'.split(','), ','.join(['a', 'b']), s.replace('X', '--'), 'ab'.startswith('a'), 'ab'.endswith('c'), 'aba'.count('a'), 'ab'.find('b'))",
    "float method": "print((2.0).is_integer(), 2.5.is_integer())",
    "truth": "for v in [0, 1, '', 'a', [], [0], (), None, 0.0, 2.5]:\n    print(bool(v), not v)",
    "is None": "a = None\nprint(a is None, a is not None, a == None)",
}


def printed_by_python(source: str) -> str:
    written = io.StringIO()
    with contextlib.redirect_stdout(written):
        exec(source, {})  # noqa: S102  (text of this file)
    return written.getvalue()


@pytest.mark.parametrize("source", PROGRAMS.values(), ids=PROGRAMS)
def test_a_program_prints_what_it_prints_in_python(run, source: str) -> None:
    expected = printed_by_python(source)
    assert expected
    assert run(source) == expected


ERRORS = {
    "name": "print(unknown)",
    "name of a function": "def f():\n    return x\n    x = 1\nf()",
    "own name before its value": "x = 1\ndef f():\n    y = x\n    x = 2\nf()",
    "attribute": "[].add(1)",
    "division": "1 / 0",
    "remainder": "1 % 0",
    "operand": "1 + 'a'",
    "operand of a list": "[1] - [1]",
    "comparison": "1 < 'a'",
    "call": "a = 3\na()",
    "text is no function": "a = 'a'\na(1)",
    "too few arguments": "def f(a, b): pass\nf(1)",
    "too few of three": "def f(a, b, c): pass\nf()",
    "too many arguments": "def f(a): pass\nf(1, 2)",
    "too many for none": "def f(): pass\nf(1)",
    "argument twice": "def f(a): pass\nf(1, a=2)",
    "unknown argument": "def f(a): pass\nf(1, b=2)",
    "index": "[1][5]",
    "index of a tuple": "()[0]",
    "key": "a = [1]\na['a']",
    "unpack too many": "a, b = 1, 2, 3",
    "unpack too few": "a, b = [1]",
    "unpack a number": "a, b = 3",
    "no iteration": "for i in 3: pass",
    "number of text": "int('a')",
    "float of text": "float('1x')",
    "length": "len(3)",
    "index of what is missing": "[1].index(2)",
    "pop of nothing": "[].pop()",
    "item of a tuple": "a = (1, 2)\na[0] = 3",
    "with": "with 3: pass",
    "max of nothing": "max([])",
    "sum of text": "sum(['a'])",
    "format": "f'{1:q}'",
    "percent": "'%d' % 'a'",
    "join": "','.join([1])",
    "shift": "1 << -1",
    "assert": "assert 1 == 2, 'no ' + 'way'",
}


@pytest.mark.parametrize("source", ERRORS.values(), ids=ERRORS)
def test_an_error_is_named_and_worded_as_in_python(fails, source: str) -> None:
    with pytest.raises(Exception) as caught:  # noqa: PT011
        exec(source, {})  # noqa: S102  (text of this file)
    error = fails(source)
    assert (error.type_name, error.message) == (caught.type.__name__, str(caught.value))
