"""Algebra on expressions in numbers, variables and functions: what a derivative goes through before it is printed.

    expression     numbers, names, sums, products and calls, always in one canonical form
    choice         expressions that choose: where
    constants      which number a float stands for: 2/3, pi, log(2)
    translate      an engine program as expressions; literal for the rules as they are
    arrays         operations on vectors; elements those that put elements in other places
    simplify       the shortest of several equal forms; sharing names parts that occur often
    presentation   an expression as the syntax that a person would write

What is done here keeps the value wherever the original has one, up to rounding and overflow: an expression may become
defined at more points (x/x is 1), never at fewer, nor another. The one exception are the values that PyTorch gives to
a derivative at a single point where its formula has none, such as that of x**y by y at x = 0: the formula is kept.
"""
