"""What the README shows is what the commands print, and the version is one everywhere."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from importlib.metadata import version
from pathlib import Path

import pytest
from test_samples import blocks_of, run, text_of

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _transcripts(page: str) -> list[str]:
    return [block for block in re.findall(r"```text\n(.*?)```", page, re.DOTALL) if block.startswith("$ ")]


TRANSCRIPTS = _transcripts(README)
TOUR = [
    transcript
    for name in ("tour", "json")
    for transcript in _transcripts((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8"))
]


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda text: text.split("\n")[0][2:40])
def test_a_transcript_in_the_readme_is_true(transcript: str, programs: Path) -> None:
    assert text_of(run(blocks_of(transcript), programs)) == transcript


@pytest.mark.parametrize("transcript", TOUR, ids=lambda text: text.split("\n")[0][2:40])
def test_a_transcript_of_the_tour_is_true(transcript: str, programs: Path) -> None:
    assert text_of(run(blocks_of(transcript), programs)) == transcript


def test_the_readme_is_short() -> None:
    assert README.count("\n") < 150


@pytest.mark.parametrize("name", ["engineers", "measurements", "students"])
def test_a_page_of_the_docs_that_is_a_session_is_true(name: str, programs: Path) -> None:
    page = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    session = "#\n".join(re.findall(r"```text\n(.*?)```", page, re.DOTALL))
    assert text_of(run(blocks_of(session), programs)) == session


def test_the_lesson_in_the_readme_prints_what_its_comment_says(capsys: pytest.CaptureFixture[str]) -> None:
    (lesson,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(lesson, {})  # noqa: S102  (our own README)
    (promised,) = re.findall(r"print\(.*\)\s+# (.*)", lesson)
    assert capsys.readouterr().out.strip() == promised


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/walk.md"])
def test_a_file_named_in_the_guide_exists(name: str) -> None:
    named = re.findall(r"(?:engine|parser|cli|tests)/[\w/]*\w\.py", (ROOT / name).read_text(encoding="utf-8"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_version_that_is_installed_is_the_newest_in_the_changelog() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall("^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    releases = [heading.partition(" - ") for heading in headings]
    assert releases[0][0] == declared == version("autodiff-cli")
    days = [date.fromisoformat(day) for _, _, day in releases]
    assert days == sorted(days, reverse=True)
