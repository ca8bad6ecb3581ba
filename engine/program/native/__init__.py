"""Machine code for a loop over rows, made by LLVM (llvmlite, which the extra `tables` brings).

`lanes.py` reads the forward function of a record on lanes in place of arrays, `instructions.py` has what NumPy's
functions become, `powers.py` and `vector_math.py` the rest of them; `loops.py` writes the loop around it, `machine.py`
and `image.py` compile it, `kept.py` keeps that on disk, `code.py` puts it into memory. Which equations of a program
become a loop is said above, in `fusing.py`.
"""
