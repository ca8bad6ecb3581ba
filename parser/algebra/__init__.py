"""Algebra on expressions in numbers, variables and functions: equal forms, and the shortest of them.

    terms          numbers, names, sums, products and calls: the records;  notation: calls that are no functions
    arithmetic     sums, products and powers in canonical form;  functions: calls;  choice: where
    constants      which number a float stands for: 2/3, pi, log(2)
    translate      an engine program as expressions: canonical ones, or verbatim for the rules as they are
    indices        arrays by their elements, with an index for each dimension
    arrays         operations on arrays, in elements;  calls: any other, as a call of a function of the language
    matrices       expressions in elements as arrays again: products, transposes, sums
    shapes         the shapes of what is written, as broadcasting makes them
    simplify       the shortest of several equal forms; sharing names parts that occur often
    rational       a ring of FLINT's polynomials;  rational_forms: factored, multiplied out, collected
    balls          the value of an expression, to all digits
    presentation   an expression as the syntax that a person would write

What is done here keeps the value wherever the original has one, up to rounding and overflow: an expression may become
defined at more points (x/x is 1), never at fewer, nor another. The one exception are the values that PyTorch gives to
a derivative at a single point where its formula has none, such as that of x**y by y at x = 0: the formula is kept. So
is Jacobi's formula for the derivative of a determinant, which has no value for a singular matrix.
"""

# The rules for choices are in force as soon as expressions are made, though what they are made with lies below.
from . import choice

__all__ = ["choice"]
