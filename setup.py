"""The folders engine, parser and cli stand at the top of the repository and are installed as one package, autodiff."""

from setuptools import find_packages, setup

TOP = ("engine", "parser", "cli")
FOUND = [name for top in TOP for name in (top, *(f"{top}.{inner}" for inner in find_packages(top)))]

setup(
    packages=[f"autodiff.{name}" for name in FOUND],
    package_dir={f"autodiff.{top}": top for top in TOP},
    data_files=[("share/man/man1", ["docs/autodiff.1"])],
    package_data={f"autodiff.{name}": ["*.lark", "*.json", "*.txt", "*.html", "py.typed"] for name in FOUND},
)
