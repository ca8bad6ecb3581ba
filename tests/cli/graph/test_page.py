"""The page of a graph as people use it: in a browser without a window. It skips where there is none."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from processes import TIMEOUT

pytest.importorskip("pygraphviz", reason="svg needs the extra graph")
playwright = pytest.importorskip("playwright.sync_api", reason="the page is tested where playwright is installed")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if BROWSER is None:
    with playwright.sync_playwright() as tool:
        BROWSER = tool.chromium.executable_path  # what `playwright install chromium` brings
    if not Path(BROWSER).exists():
        pytest.skip("the page is tested where Chromium is installed", allow_module_level=True)

EXPR = ["x*y + sin(x)*2", "--x", "0.5", "--y", "4.2"]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as tool:
        started = tool.chromium.launch(executable_path=BROWSER, args=FLAGS, timeout=TIMEOUT * 1000)
        yield started
        started.close()


@pytest.fixture
def opened(autodiff, browser, tmp_path: Path) -> Iterator[Any]:
    """Writes the page of a graph and opens it; what goes to the console is an error."""
    said: list[str] = []
    pages: list[Any] = []

    def open_page(*words: str, fragment: str = "", width: int = 1200, scheme: str = "light") -> Any:
        path = tmp_path / "page.html"
        command = [] if words[0] in ("graph", "trace") else ["graph"]
        result = autodiff(*command, *words, "-o", str(path))
        assert result.code == 0, result.err
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.set_default_timeout(TIMEOUT * 1000)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"file://{path}{fragment}")
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert said == []


def test_steps_forward_and_back_are_played_by_buttons_keys_slider_and_link(opened) -> None:
    page = opened(*EXPR)
    said = page.locator("#said")
    assert said.inner_text().startswith("14 steps")
    page.click("#next")
    assert "x is given" in said.inner_text()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert "v2 = sin(x)" in said.inner_text()
    assert page.locator("#source mark").inner_text() == "sin(x)"
    assert page.evaluate("location.hash") == "#step=4"
    page.keyboard.press("ArrowLeft")
    assert "v1 = x*y" in said.inner_text()
    page.keyboard.press("End")
    assert "the gradient of y" in said.inner_text()
    page.locator("#slider").fill("9")
    assert "v3 to v2" in said.inner_text()
    assert page.locator("svg .way").count() == 1
    page.evaluate("location.hash = '#step=10'")
    page.wait_for_function("document.querySelector('#said').textContent.includes('v2 to x')")
    page.keyboard.press("Home")
    assert said.inner_text().startswith("14 steps")


def test_the_numbers_are_those_of_eval(autodiff, opened) -> None:
    page = opened(*EXPR)
    report = json.loads(autodiff("eval", *EXPR, "--json").out)
    rows = page.locator("#steps tr").all()
    cells = [row.locator("td").all_text_contents() for row in rows]
    gradients = {name: float(number) for phase, name, _, _, number in cells if phase == "gradient"}
    assert gradients == report["grad"]
    assert [float(cell[4]) for cell in cells if cell[0] == "forward"][-1] == report["value"]
    for phase, name, _, working, number in cells:
        if phase == "backward":
            incoming, _, local = working.rpartition(" = ")[2].partition(" * ")
            assert float(incoming) * float(local) == float(number), name
        if phase == "gradient" and working:
            assert sum(map(float, working.split(" + "))) == float(number)


def test_values_appear_when_they_are_computed(opened) -> None:
    page = opened(*EXPR, fragment="#step=3")
    later = page.locator("svg .later").all_text_contents()
    assert any(text.startswith("value 0.4794") for text in later)
    assert not any(text == "value 2.1" for text in later)
    page.keyboard.press("Home")
    assert page.locator("svg .later").count() == 0


def test_a_click_and_a_key_show_all_that_is_known_of_a_node(opened) -> None:
    page = opened("where(x > 0, x**2, 1) * c", "--x", "-1", "--c", "-1")
    page.locator("svg .node", has_text="MulBackward0").click()
    assert page.locator("#name").inner_text().endswith("MulBackward0")
    assert "-1.0" in page.locator("#facts").inner_text()
    page.locator("svg .node", has_text="WhereBackward0").focus()
    page.keyboard.press("Enter")
    assert "WhereBackward0" in page.locator("#name").inner_text()


def test_the_view_is_moved_and_scaled_and_nodes_are_found(opened) -> None:
    page = opened(*EXPR)

    def view() -> list[float]:
        return [float(part) for part in page.locator("#drawing svg").get_attribute("viewBox").split()]

    before = view()
    page.click("#nearer")
    assert view()[2] < before[2]
    page.keyboard.press("0")
    whole = view()
    page.mouse.move(300, 400)
    page.mouse.down()
    page.mouse.move(340, 430)
    page.mouse.up()
    assert view()[0] < whole[0]
    page.fill("#search", "sin")
    assert page.locator("svg .node.faint").count() == page.locator("svg .node").count() - 3


def test_a_trace_opens_at_the_table_and_each_step_is_a_link(opened) -> None:
    page = opened("trace", *EXPR)
    assert page.locator("#steps tr").first.is_visible()
    page.click("text=drawing")
    assert page.locator("body").get_attribute("data-opened") == "drawing"
    page.keyboard.press("t")
    page.locator("#steps a").nth(3).click()
    page.wait_for_function("document.querySelector('#said').textContent.includes('v2 = sin(x)')")


@pytest.mark.parametrize("width", [400, 1200, 4000])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_has_room_in_windows_of_all_sizes(opened, width: int, scheme: str) -> None:
    page = opened(*EXPR, fragment="#step=9", width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("#source", "#said", "#drawing svg", "#play"):
        box = page.locator(name).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] > 10
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(20, 24, 31)")


def test_text_is_only_text(opened) -> None:
    page = opened("x*2 # <img src=x onerror=alert(1)></script><b>", "--x", "3")
    assert page.locator("img, b b").count() == 0
    assert "<img" in page.locator("#source").inner_text()
