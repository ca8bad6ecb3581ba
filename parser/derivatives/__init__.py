"""Derivatives of an expression as expressions: found, in the shortest form that is right, and held to the engine's.

traced         the engine's program of derivatives;  chain_rule: of statements, by the names in them
definitions    names that a person gave to parts, which come back
derivative     the forms of a derivative, from which the best is chosen
points         ordinary and extreme values of variables;  accuracy: how far a form is from the engine's there
written        derivatives as programs of the language
equality       whether a claim and the derivative cancel
"""
