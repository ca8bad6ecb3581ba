"""`autodiff run`: scripts in the words of PyTorch and the cells of notebooks, from a file or standard input."""

from __future__ import annotations

import sys

import click

from ...parser.syntax.errors import UsageError
from ...parser.syntax.wording import quoted
from ..shell.command import command as declared
from ..shell.exit_codes import FAILED, OK
from ..shell.failures import DEBUG
from ..shell.options import FILES, Scripts, option
from ..shell.streams import is_terminal, read_text
from ..shell.words import is_code

EXAMPLES = [
    ("autodiff run lesson.py", "what the file prints, and the value of its last expression"),
    ("echo 'x = torch.tensor(3.0); print(x**2)' | autodiff run", "a script from standard input"),
    ("autodiff run --trust lesson.py", "your own Python, whatever it imports; `import torch` is this engine"),
    ("autodiff run --cells lesson.ipynb", "the cells of a notebook, each with its output"),
    ("autodiff run --cells --check lesson.md", "whether the outputs that the notes show are true"),
    ("autodiff run fit.py --set data=@data.csv --set n=3", "names that are there at the start"),
    ("autodiff run --timeout 5 --limit memory=500 theirs.py", "a script by somebody else"),
]
FILE = click.Argument(["path"], required=False, metavar="[FILE]", shell_complete=FILES)
CELLS = option("--cells", is_flag=True, help="Run the cells of a notebook, or of a text, and print each.")
CHECK = option("--check", "checks", is_flag=True, help="With --cells: compare with the outputs in FILE instead.")
TOLERANCE = option(
    "--tolerance",
    type=click.FloatRange(min=0.0),
    metavar="REL",
    help="With --check: by how much of themselves (or of 1) numbers with a point may differ.",
)


@declared(EXAMPLES, FILE, CELLS, CHECK, TOLERANCE, Scripts, takes_variables=False)
def command(path: str | None, cells: bool, checks: bool, tolerance: float | None, scripts: Scripts) -> int:
    """A script in PyTorch's words, or the cells of a notebook.

    The language is a safe part of Python: its statements but for async and match, with def, lambda, class, yield, try,
    f-strings, lists, tuples, dictionaries, sets and comprehensions; the methods and attributes of tensors; functions as
    torch.NAME or NAME. torch, math, random, functools, itertools, collections, time, typing and warnings can be
    imported, as far as they are harmless, and nothing else: a script reaches no files and nothing else on the machine.
    The value of the last statement is printed if it is an expression, as in a notebook. A FILE that is - or left out is
    read from standard input.

    With --trust it is Python itself, for lessons of your own: all that is installed can be imported, and torch is this
    engine. Nothing is kept from such a script.

    With --cells, FILE is a Jupyter notebook (.ipynb), or a text in which a cell begins below a line In [1]: or is a
    fenced block of python. Its cells run in order and share their names; the limits hold for each. In a text, blank
    lines divide a cell's code, its output and prose: the code goes on where Python follows that does something, and the
    next paragraph is the output, unless it is Markdown or a sentence. Output may be marked with Out[1]:, and that of a
    fenced block is the plain block after it. What is printed can be read as cells again. Lines for IPython, such as
    %matplotlib inline, are left out with a note.

    With --check, a diff is printed for each output that is not as FILE has it, and the exit code is 1 if there is one.
    An error is an output too: in a text it is a line such as RuntimeError: and its message. One that is not in FILE is
    reported, and the cells after it run. Addresses (at 0x7f...) are not compared, nor are figures, progress bars and
    measured times.
    """
    if tolerance is not None and not checks:
        raise UsageError("--tolerance is for comparing outputs", "write `--cells --check --tolerance 1e-4`")
    if checks and not cells:
        raise UsageError("--check compares the outputs of cells", "write `--cells --check`")
    if path is None and is_terminal(sys.stdin):
        raise UsageError("the script is missing", "write `autodiff run FILE`, or `autodiff repl` to type one")
    if cells:
        return _run_cells(path, checks, tolerance or 0.0, scripts)
    return _run_script(path, scripts)


def _run_script(path: str | None, scripts: Scripts) -> int:
    from ..run.cell_input import is_notebook

    if is_notebook(path):
        raise UsageError(f"{quoted(str(path))} is a notebook", "write `--cells` to run its cells")
    if path is not None and is_code(path):
        raise UsageError(
            f"there is no file {quoted(path)}", "write a script to standard input: `echo CODE | autodiff run`"
        )
    source = read_text(path)

    # Here, so that `--help`, a wrong option and a missing file cost no import of NumPy.
    from ...parser.semantics.computing import computing
    from ..run.session import open_session, setting_of, without_lines_for_ipython

    path = None if path == "-" else path
    with computing(scripts.dtype):
        name = path or "<stdin>"
        code = without_lines_for_ipython(source, name)[0] if scripts.trusted else source
        open_session(setting_of(scripts, path, source)).run(code, name)
    return OK


def _run_cells(path: str | None, checks: bool, tolerance: float, scripts: Scripts) -> int:
    from ..run.cell_input import read_cells

    cells = read_cells(path)

    from ...parser.semantics.computing import computing
    from ..run.comparing import check
    from ..run.session import setting_of
    from ..run.show import show

    with computing(scripts.dtype):
        setting = setting_of(scripts, path, "\n".join(cell.code for cell in cells))
        if checks:
            return OK if check(cells, setting, tolerance, bool(scripts.context.meta.get(DEBUG))) else FAILED
        show(cells, setting)
    return OK
