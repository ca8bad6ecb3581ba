"""The cache of parser tables: whatever its state, the parser works."""

import json
import os
import stat
import sys
from pathlib import Path

import pytest
from lark import Lark

from autodiff.parser.syntax import tables
from autodiff.parser.syntax.actions import Actions
from autodiff.parser.syntax.lalr import Parser
from autodiff.parser.syntax.parse import GRAMMAR

POSIX_ONLY = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")


@pytest.fixture
def directory(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def builds(monkeypatch):
    """The list that grows whenever the tables are computed."""
    calls = []
    build = tables._build

    def counted(*args):
        calls.append(args)
        return build(*args)

    monkeypatch.setattr(tables, "_build", counted)
    return calls


SOURCE = "x = sin(a[1:2, ...]) ** -2; y if c else f(k=(1, 2))"


def parses():
    return len(Parser(tables.load_tables(GRAMMAR, "program"), Actions()).parse(SOURCE)) == 2


def cached_file(directory: Path) -> Path:
    assert parses()
    (path,) = directory.iterdir()
    return path


def test_the_tables_are_computed_once(directory, builds):
    assert parses()
    assert parses()
    assert len(builds) == 1


def test_loaded_tables_are_the_computed_ones(directory):
    computed = tables.load_tables(GRAMMAR, "program")
    assert directory.exists()
    assert tables.load_tables(GRAMMAR, "program") == computed


SOURCES = [
    SOURCE,
    "f(x, y) = x*y + [1, 2][0]\n-f(2, k=3)**2 < 4 and not a.b(c).d",
    "torch.sin(x)²·π − √(2) ÷ 3",  # noqa: RUF001
    "a if b else c if d else e",
    "[[1, 2,], [x[..., None, ::2]]]",
]


@pytest.mark.parametrize("source", SOURCES)
def test_the_driver_makes_of_a_text_what_larks_own_parser_makes_of_it(source):
    lark = Lark(
        Path(GRAMMAR).read_text(encoding="utf-8"),
        start="program",
        parser="lalr",
        lexer="contextual",
        maybe_placeholders=False,
        transformer=Actions(),
    )
    assert Parser(tables.load_tables(GRAMMAR, "program"), Actions()).parse(source) == lark.parse(source)


def test_the_file_is_json(directory):
    content = json.loads(cached_file(directory).read_text())
    assert set(content) == {"key", "digest", "tables"}
    assert set(json.loads(content["tables"])) == set(tables.Tables.__annotations__)


@POSIX_ONLY
def test_the_file_and_its_directory_are_private(directory):
    assert stat.S_IMODE(cached_file(directory).stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


def test_no_temporary_file_is_left(directory):
    assert cached_file(directory).suffix == ".json"


def flip_a_digit(path: Path) -> None:
    text = path.read_text()
    place = text.rindex("1")
    path.write_text(f"{text[:place]}2{text[place + 1 :]}")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def fill_with_bytes(path: Path) -> None:
    path.write_bytes(bytes(range(256)))


def replace_by_other_json(path: Path) -> None:
    path.write_text("[1, 2, 3]")


def give_a_foreign_key(path: Path) -> None:
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "key": "grammar-0.json"}))


def give_other_tables(path: Path) -> None:
    content = json.loads(path.read_text())
    content["tables"] = json.dumps({"terminals": []})
    path.write_text(json.dumps({**content, "digest": tables._digest(content["tables"])}))


def let_others_write(path: Path) -> None:
    path.chmod(0o622)


DAMAGES = [
    flip_a_digit,
    truncate,
    empty,
    fill_with_bytes,
    replace_by_other_json,
    give_a_foreign_key,
    give_other_tables,
    pytest.param(let_others_write, marks=POSIX_ONLY),
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_that_is_not_right_is_rewritten(directory, builds, damage):
    path = cached_file(directory)
    damage(path)
    assert parses()
    assert len(builds) == 2
    assert parses()
    assert len(builds) == 2


@POSIX_ONLY
def test_a_file_of_another_user_is_ignored(directory, builds, monkeypatch):
    cached_file(directory)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert parses()
    assert len(builds) == 2


@POSIX_ONLY
def test_a_symbolic_link_is_not_followed(directory, builds, tmp_path):
    path = cached_file(directory)
    path.rename(tmp_path / "elsewhere.json")
    path.symlink_to(tmp_path / "elsewhere.json")
    assert parses()
    assert len(builds) == 2
    assert not path.is_symlink()


def test_a_cache_directory_that_cannot_be_made_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUTODIFF_CACHE_DIR", str(tmp_path / "file" / "cache"))
    assert parses()


def test_a_file_that_cannot_be_written_is_no_error(directory, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError("read-only file system")

    monkeypatch.setattr(os, "replace", refuse)
    assert parses()
    assert list(directory.iterdir()) == []


def test_an_empty_variable_means_no_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTODIFF_CACHE_DIR", "")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parses()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/a/b", "HOME": "/h"}, "/a/b/autodiff"),
        ("linux", {"HOME": "/h"}, "/h/.cache/autodiff"),
        ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/h"}, None),
        ("darwin", {"HOME": "/h"}, "/h/Library/Caches/autodiff"),
        ("win32", {"LOCALAPPDATA": "/c/Local"}, "/c/Local/autodiff"),
        ("linux", {"AUTODIFF_CACHE_DIR": "/c", "HOME": "/h"}, "/c"),
        ("linux", {"AUTODIFF_CACHE_DIR": "", "HOME": "/h"}, None),
    ],
)
@POSIX_ONLY
def test_the_directory_is_where_the_platform_keeps_caches(monkeypatch, platform, variables, expected):
    for name in ("AUTODIFF_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert tables._cache_dir() == expected
