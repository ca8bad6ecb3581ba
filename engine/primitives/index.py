"""Which module of the table has each function, and the methods of tensors that it gives, known before it is imported.

`make tables` writes them to `index.txt`, a line for each name: the name, its module, its methods.
"""

from __future__ import annotations

from importlib import import_module

from ..table.registry import FUNCTIONS
from . import MODULES

PATH = __file__.removesuffix(".py") + ".txt"


def lines() -> list[str]:
    """The lines of the index, in the table's order. Imports all of the table."""
    homes: dict[int, str] = {}
    for module in MODULES:
        for value in vars(import_module(f".{module}", __package__)).values():
            # A module that uses a function of another comes after it.
            homes.setdefault(id(value), module)
    found = {
        name: (homes[id(operation.call)], *(m for m in operation.methods if m.removesuffix("_") == name))
        for name, operation in FUNCTIONS.loaded.items()
    }
    order = {module: i for i, module in enumerate(MODULES)}
    return [" ".join((name, *found[name])) for name in sorted(found, key=lambda name: order[found[name][0]])]


if __name__ == "__main__":
    with open(PATH, "w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines())
