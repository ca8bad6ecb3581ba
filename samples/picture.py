"""Draws samples/terminal.svg, the README's picture, from what the commands really print: `make picture`."""

from __future__ import annotations

import io
import subprocess
import sys
import sysconfig
from pathlib import Path

from rich.console import Console
from rich.text import Text

HERE = Path(__file__).parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
COMMANDS = [
    'autodiff eval "sin(x**2)" --x 4',
    'autodiff eval "(x**2).mean()" --x "[1, 2, 3]"',
    'autodiff eval "2 * sinn(x) + 1" --x 1',
    'autodiff eval "1/x" --x 0',
]


def main() -> None:
    console = Console(record=True, width=80, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for command in COMMANDS:
        words = command.replace("autodiff", f"{SCRIPTS / 'autodiff'}", 1) + " --format pretty --color always"
        result = subprocess.run(
            words, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        console.print(Text.assemble(("$ ", "green"), (command, "bold")))
        console.print(Text.from_ansi(result.stdout))
        console.print()
    console.save_svg(str(HERE / "terminal.svg"), title="autodiff")


if __name__ == "__main__":
    sys.exit(main())
