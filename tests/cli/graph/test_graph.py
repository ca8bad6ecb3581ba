"""`graph`: the drawings show the graph that the engine recorded, and their own languages accept them."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from effort import THOROUGH
from pytorch.recorded import entries

from autodiff import engine
from autodiff.cli.graph import FORMATS
from autodiff.cli.graph.lesson import frames, number_of
from autodiff.cli.shell.printing import Style, rendered
from autodiff.engine.api.creation import tensor
from autodiff.parser.analysis import backward_pass
from autodiff.parser.analysis.graph import Graph, gradient_graph_of, graph_of
from autodiff.parser.analysis.problem import Problem
from autodiff.parser.semantics.limits import Limits
from autodiff.parser.syntax.parse import parse

RECORDED = entries("expressions.jsonl")
GROUPS = 10
# Quotes, backslashes, brackets, words and comments that mean something to one language or another.
AWKWARD = [
    ("x*y + sin(x*y)", {"x": [0.5, 1.0], "y": 4.2}),
    ("einsum('i,i->', x, x) # a \\\" quote & </script> `tick` | bar", {"x": [1.0, 2.0]}),
    ("A[0, 1]*end + (x > 2 and x < 5)*x", {"A": [[1.0, 2.0]], "end": 3.0, "x": 1.0}),
    ("node*graph*digraph*edge*subgraph*click*style", dict.fromkeys(("node", "graph", "digraph", "edge"), 2.0)),
    ("max(x, dim=0).values*max(x, dim=0).values", {"x": [1.0, 5.0]}),
    ("log(x)/x", {"x": 0.0}),
    ("x", {"x": 1.0}),
    ("2*3", {}),
    ("c = x**2 # π\nc*c", {"x": 2.0}),
]


def problem_of(source: str, variables: dict[str, Any]) -> Problem:
    """The expression with values for its variables, 1 where there is none, differentiated by all."""
    program = parse(source)
    given = {name: tensor(value) for name, value in variables.items()}
    for name in re.findall(r"\b(?:subgraph|click|style)\b", source):
        given[name] = tensor(1.0)
    return Problem(program, given, list(given), Limits())


@pytest.fixture(autouse=True)
def _float64() -> Any:
    before = engine.get_default_dtype()
    engine.set_default_dtype(engine.float64)
    with np.errstate(all="ignore"):
        yield
    engine.set_default_dtype(before)


def depth_first(graph: Graph) -> list[str]:
    """The names of the nodes as often as a path leads to them, variables left out."""
    names: list[str] = []
    pending = [graph.roots["value"]]
    while pending:
        vertex = graph.vertices[pending.pop()]
        if vertex.grad_fn:
            names.append(vertex.grad_fn)
        pending += [link.to for link in reversed(vertex.inputs)]
    return names


@pytest.fixture
def _rules_in_one_group(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the formulas of the links, which take most of the time and are not looked at here, but for a tenth."""
    if request.getfixturevalue("group") and not THOROUGH:
        monkeypatch.setattr(backward_pass, "rule_syntax", lambda *_, **__: None)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.usefixtures("_rules_in_one_group")
def test_the_nodes_are_those_of_pytorchs_graph(group: int) -> None:
    for recorded in RECORDED[group::GROUPS]:
        _, graph = graph_of(problem_of(recorded["expr"], recorded["vars"]))
        assert depth_first(graph) == recorded["graph"], recorded["expr"]
        leaves = {v.name: v.results[0].gradient for v in graph.vertices.values() if v.grad_fn is None}
        for name, gradient in leaves.items():
            np.testing.assert_allclose(gradient, recorded["grad"][name], rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.usefixtures("_rules_in_one_group")
def test_the_graph_of_the_gradient_begins_with_the_gradients(group: int) -> None:
    # A graph of all that is computed of each number: of every other expression unless all is tried.
    for recorded in RECORDED[group :: GROUPS if THOROUGH else 2 * GROUPS]:
        _, graph = gradient_graph_of(problem_of(recorded["expr"], recorded["vars"]))
        for name, expected in recorded["grad"].items():
            if name in recorded["unused"]:
                continue
            root = graph.vertices[graph.roots[f"grad.{name}"]]
            values = [result.value for result in root.results if result.value is not None]
            assert any(
                np.shape(v) == np.shape(expected) and np.allclose(v, expected, rtol=1e-7, atol=1e-12) for v in values
            ), recorded["expr"]
        for vertex in graph.vertices.values():
            assert all(link.to in graph.vertices for link in vertex.inputs)


def test_a_tree_has_results_above_what_they_were_computed_from(autodiff: Any) -> None:
    assert autodiff("graph", "sin(x**2)", "--x", "4").out == (
        "SinBackward0  v2 = sin(x**2)  value -0.287903  grad 1.0\n"
        "`-- PowBackward0  v1 = x**2  value 16.0  grad -0.957659\n"
        "    `-- x  value 4.0  grad -7.66128\n"
    )


def test_a_shared_node_is_shown_once_and_then_referred_to(autodiff: Any) -> None:
    lines = autodiff("graph", "z = exp(x); z*sin(z)", "--x", "0").out.splitlines()
    assert lines[1] == "|-- ExpBackward0  v1 = exp(x)  value 1.0  grad 1.38177"
    assert lines[-1] == "    `-- ExpBackward0  v1, shown above"
    assert len([line for line in lines if "x  value" in line]) == 1


def test_a_tree_on_a_terminal_has_lines() -> None:
    _, graph = graph_of(problem_of("x*y", {"x": 2.0, "y": 3.0}))
    assert rendered("graph", "tree", graph, Style(ascii=False)).splitlines()[1:] == [
        "├── x  value 2.0  grad 3.0",
        "└── y  value 3.0  grad 2.0",
    ]


def test_one_of_several_results_is_named(autodiff: Any) -> None:
    out = autodiff("graph", "max(x, dim=0).values*2", "--x", "[1, 5]").out
    assert "`-- v1.values of MaxBackward0" in out


def test_a_deep_graph_needs_no_recursion(autodiff: Any) -> None:
    out = autodiff("graph", "+".join(["x"] * 2000), "--x", "1").out
    assert out.count("AddBackward0") == 1999


@pytest.mark.parametrize(("source", "variables"), AWKWARD, ids=[source for source, _ in AWKWARD])
@pytest.mark.parametrize("of", [graph_of, gradient_graph_of])
def test_graphviz_reads_all_nodes_and_edges(source: str, variables: dict[str, Any], of: Any) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    _, graph = of(problem_of(source, variables))
    read = pygraphviz.AGraph(string=rendered("graph", "dot", graph, Style()))
    assert {str(node) for node in read.nodes()} >= graph.vertices.keys()
    roots = sum(1 for label, root in graph.roots.items() if label not in ("value", root))
    assert len(read.edges()) == sum(len(vertex.inputs) for vertex in graph.vertices.values()) + roots


@pytest.mark.parametrize(("source", "variables"), AWKWARD, ids=[source for source, _ in AWKWARD])
def test_svg_is_xml_with_a_group_for_each_node(source: str, variables: dict[str, Any]) -> None:
    pytest.importorskip("pygraphviz")
    _, graph = graph_of(problem_of(source, variables))
    root = ElementTree.fromstring(rendered("graph", "svg", graph, Style()))
    groups = {group.get("id") for group in root.iter("{http://www.w3.org/2000/svg}g") if group.get("class") == "node"}
    assert groups == graph.vertices.keys()


def test_what_graphviz_would_take_for_its_own_stays_as_written() -> None:
    pytest.importorskip("pygraphviz")
    _, graph = graph_of(problem_of("x**2", {"x": 3.0}))
    graph.vertices["v1"] = graph.vertices["v1"]._replace(expression='a\\nb "c" <b> &amp; \\')
    root = ElementTree.fromstring(rendered("graph", "svg", graph, Style()))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert 'v1 = a\\nb "c" <b> &amp; \\' in texts


@pytest.mark.parametrize(("source", "variables"), AWKWARD, ids=[source for source, _ in AWKWARD])
def test_the_page_holds_all_it_needs(source: str, variables: dict[str, Any]) -> None:
    pytest.importorskip("pygraphviz")
    _, graph = graph_of(problem_of(source, variables))
    page = rendered("graph", "html", graph, Style())
    assert isinstance(page, str)
    assert not re.search(r"""\b(?:src|href)\s*=(?!"#step=)|@import|url\(""", page)
    assert page.count("</script>") == 2
    (facts,) = re.findall(r'<script id="graph" type="application/json">(.*?)</script>', page, re.DOTALL)
    held = json.loads(facts)
    assert held["nodes"].keys() == graph.vertices.keys()
    for name, vertex in graph.vertices.items():
        texts = [None if r.value is None else number_of(r.value) for r in vertex.results]
        assert [result["value"] for result in held["nodes"][name]["results"]] == texts
    assert page.count('class="node" tabindex="0"') == len(graph.vertices)


@pytest.mark.parametrize(("source", "variables"), AWKWARD, ids=[source for source, _ in AWKWARD])
def test_mermaid_has_nothing_in_a_label_that_could_end_it(source: str, variables: dict[str, Any]) -> None:
    _, graph = graph_of(problem_of(source, variables))
    lines = str(rendered("graph", "mermaid", graph, Style())).splitlines()
    assert lines[0] == "flowchart TD"
    for line in lines[1:]:
        text = r'"(?:[^"#`\\|{}\[\]&]|#\d+;)*"'
        assert re.fullmatch(rf"    (?:n\d+(?:\[{text}\]|\(\[{text}\]\))|n\d+ -->(?:\|{text}\|)? n\d+)", line), line


def test_png_is_an_image(autodiff: Any, tmp_path: Path) -> None:
    pytest.importorskip("pygraphviz")
    assert autodiff("graph", "x**2", "--x", "3", "-o", str(tmp_path / "graph.png")).code == 0
    assert (tmp_path / "graph.png").read_bytes().startswith(b"\x89PNG\r\n")


def test_json_has_every_number(autodiff: Any) -> None:
    found = json.loads(autodiff("graph", "log(x)", "--x", "0", "--json").out)
    node, leaf = found["nodes"]
    assert found["roots"] == {"value": node["name"]}
    assert (node["start"], node["end"], node["inputs"][0]["rule"]) == (0, 6, "1/x")
    assert node["results"] == [{"name": "v1", "value": None, "grad": 1.0}]
    assert leaf["results"] == [{"name": "x", "value": 0.0, "grad": None}]
    assert found["nonfinite"]["nodes[0].results[0].value"] == "-inf"
    assert found["nonfinite"]["nodes[1].results[0].grad"] == "inf"


@pytest.mark.parametrize("ending", [ending for endings in FORMATS.values() for ending in endings])
def test_the_ending_of_a_file_says_in_which_format(ending: str, autodiff: Any, tmp_path: Path) -> None:
    name = next(name for name, endings in FORMATS.items() if ending in endings)
    if name in ("svg", "png", "html"):
        pytest.importorskip("pygraphviz")
    path = tmp_path / f"graph{ending.upper()}"
    result = autodiff("graph", "x**2", "--x", "3", "-o", str(path))
    assert (result.code, result.out) == (0, "")
    drawn = rendered("graph", name, graph_of(problem_of("x**2", {"x": 3.0}))[1], Style())
    assert path.read_bytes() == (drawn if isinstance(drawn, bytes) else drawn.encode())
    assert list(tmp_path.iterdir()) == [path]


WRONG = [
    (("-o", "graph.bmp"), "`graph.bmp` does not say in which format to draw", "add --format: tree, dot, mermaid"),
    (("-o", "nowhere/graph.dot"), "cannot write `nowhere/graph.dot`", ""),
    (("--json", "--format", "dot"), "--json and --format dot exclude each other", "leave out one of them"),
]


@pytest.mark.parametrize(("options", "message", "help"), WRONG, ids=[message for _, message, _ in WRONG])
def test_a_wrong_call_says_what_to_do(
    options: tuple[str, ...], message: str, help: str, autodiff: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = autodiff("graph", "x**2", "--x", "3", *options)
    assert result.code == 2
    assert result.out == "" or "--json" in options
    assert message in result.err
    assert help in result.err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["svg", "png", "html"])
def test_a_missing_library_is_named_with_the_command_that_installs_it(
    name: str, autodiff: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    result = autodiff("graph", "x**2", "--x", "3", "--format", name)
    assert result.code == 2
    assert "svg, png and html need pygraphviz, which is not installed" in result.err
    assert '[graph]"`' in result.err


def test_the_graph_of_the_gradient_names_where_its_nodes_come_from(autodiff: Any) -> None:
    out = autodiff("graph", "x**3", "--x", "2", "--backward").out
    assert out.startswith("grad.x: MulBackward0  v4, for the derivative of x**3  value 12.0\n")
    assert out.endswith("x  value 2.0\n")


def test_the_drawing_of_a_gradient_says_which_it_is() -> None:
    pytest.importorskip("pygraphviz")
    drawing = str(rendered("graph", "svg", gradient_graph_of(problem_of("x**3*y", {"x": 2.0, "y": 3.0}))[1], Style()))
    texts = [element.text for element in ElementTree.fromstring(drawing).iter("{http://www.w3.org/2000/svg}text")]
    assert {"grad.x", "grad.y"} <= {*texts}


def test_a_constant_gradient_is_a_graph_of_one_number(autodiff: Any) -> None:
    assert autodiff("graph", "2*x", "--x", "3", "--backward").out == "grad.x  constant  value 2.0\n"


@pytest.mark.parametrize(("source", "variables"), AWKWARD, ids=[source for source, _ in AWKWARD])
def test_the_lesson_ends_with_the_gradients_and_shows_where_they_add(source: str, variables: dict[str, Any]) -> None:
    report, graph = graph_of(problem_of(source, variables))
    steps = frames(graph)
    ends = {frame.name: frame.result for frame in steps if frame.phase == "gradient"}
    gradients = {key.removeprefix("grad."): number_of(value) for key, value in report.derivatives()}
    assert ends == {name: gradients[name] for name in ends}
    forward = [frame for frame in steps if frame.phase == "forward"]
    # A whole number is a tensor of floats in the end.
    assert not forward or forward[-1].result.removesuffix(".0") == number_of(report.value).removesuffix(".0")
    for frame in steps:
        assert frame.node in ("", *graph.vertices)
        assert frame.to in ("", *graph.vertices)


def test_a_drawing_has_a_dark_ground_where_it_is_asked_for(autodiff: Any) -> None:
    light = autodiff("graph", "x**2", "--x", "3", "--format", "dot").out
    dark = autodiff("graph", "x**2", "--x", "3", "--format", "dot", "--theme", "dark").out
    assert ("bgcolor" in light, "bgcolor" in dark) == (False, True)


def test_a_rule_names_constants_that_are_there(autodiff: Any) -> None:
    found = json.loads(autodiff("graph", "x*sin(2)", "--x", "3", "--json").out)
    names = {node["name"] for node in found["nodes"]} | found["constants"].keys()
    assert {link["rule"] for node in found["nodes"] for link in node["inputs"]} <= names
