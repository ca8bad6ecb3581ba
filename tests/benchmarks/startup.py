"""The whole process of a small `eval`, against starting Python and importing NumPy: at most 1.6 times that."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

from pairs import ratio

AUTODIFF = str(Path(sysconfig.get_path("scripts")) / "autodiff")
COMMANDS = {
    'eval "x**2" --x 3': [AUTODIFF, "eval", "x**2", "--x", "3"],
    "--help": [AUTODIFF, "--help"],
}
# Without compiled files every start would compile the source again, which no user sees.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: list[str]) -> None:
    subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, check=True)


if __name__ == "__main__":
    for name, command in COMMANDS.items():
        times, taken = ratio(lambda c=command: run(c), lambda: run([sys.executable, "-c", "import numpy"]))
        print(f"{name}: {times:.2f} x python -c 'import numpy' ({taken * 1000:.0f} ms)")
