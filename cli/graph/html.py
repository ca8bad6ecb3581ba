"""One page with everything in it: the drawing as SVG, and a panel about the node that is clicked."""

from __future__ import annotations

import html
import json
import re

from ...parser.analysis.graph import Graph
from . import Style, svg
from .json import as_object


def render(graph: Graph, style: Style) -> str:
    """The page. UsageError: pygraphviz is not installed."""
    drawing = svg.render(graph, style)
    # Without the head of an XML file, which has no place inside a page.
    drawing = drawing[drawing.index("<svg") :]
    # A node can be reached and opened with the keyboard too.
    drawing = re.sub(r'(<g id="[^"]*" class="node")', r'\1 tabindex="0" role="button"', drawing)
    # Inside a script, `</script>` would end it, wherever it stands.
    facts = json.dumps(as_object(graph), allow_nan=False).replace("<", "\\u003c")
    title = html.escape(" ".join(graph.source.split()))
    return _PAGE.replace("@TITLE@", title).replace("@DRAWING@", drawing).replace("@FACTS@", facts)


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>@TITLE@</title>
<style>
:root {
  color-scheme: light dark;
  --ground: #ffffff; --text: #1c2430; --quiet: #5f6b7a; --line: #c9d1db;
  --node: #eef3fb; --edge: #5b7db1; --leaf: #eaf6ea; --leaf-edge: #4f8f57; --mark: #ffe9a8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181f; --text: #e6eaf0; --quiet: #9aa6b5; --line: #3a4452;
    --node: #1f2b3d; --edge: #7f9fd0; --leaf: #1d3323; --leaf-edge: #6fb079; --mark: #5c4a12;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr) 24rem;
  background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, sans-serif;
}
main { padding: 1rem; overflow: auto; }
main svg { max-width: 100%; height: auto; }
aside {
  position: sticky; top: 0; max-height: 100vh; padding: 1rem; overflow: auto; overflow-wrap: anywhere;
  background: var(--ground); border-left: 1px solid var(--line);
}
h1, pre, code, td { font-family: ui-monospace, monospace; font-size: 14px; }
h1 { margin: 0 0 .75rem; font-weight: 600; }
h2 { margin: 1rem 0 .25rem; font-size: 15px; }
pre { margin: 0; white-space: pre-wrap; }
mark { background: var(--mark); color: inherit; }
table { width: 100%; border-collapse: collapse; }
th { width: 6rem; text-align: left; font-weight: 400; color: var(--quiet); vertical-align: top; }
svg .graph > polygon { fill: none; }
svg text { fill: var(--text); }
svg .edge path { stroke: var(--quiet); }
svg .edge polygon { stroke: var(--quiet); fill: var(--quiet); }
svg .edge text { fill: var(--quiet); }
svg .node path, svg .node polygon { fill: var(--node); stroke: var(--edge); }
svg .node ellipse { fill: var(--leaf); stroke: var(--leaf-edge); }
svg .node { cursor: pointer; outline: none; }
svg .node:focus-visible path, svg .node:focus-visible ellipse { stroke-dasharray: 4 2; }
svg .chosen path, svg .chosen ellipse { stroke-width: 3; }
@media (max-width: 50rem) {
  body { grid-template-columns: minmax(0, 1fr); grid-template-rows: 1fr auto; }
  aside { top: auto; bottom: 0; max-height: 45vh; border-left: 0; border-top: 1px solid var(--line); }
}
</style>
</head>
<body>
<main>@DRAWING@</main>
<aside aria-live="polite">
<h1 id="name">Click on a node</h1>
<pre id="source"></pre>
<div id="facts"></div>
</aside>
<script id="graph" type="application/json">@FACTS@</script>
<script>
const graph = JSON.parse(document.getElementById("graph").textContent);
const nonfinite = graph.nonfinite || {};
const nodes = new Map(graph.nodes.map((node, i) => [node.name, { ...node, path: `nodes[${i}]` }]));

function number(value, path) {
  if (Array.isArray(value)) return `[${value.map((part, i) => number(part, `${path}[${i}]`)).join(", ")}]`;
  return value === null ? nonfinite[path] || "" : String(value);
}

function heading(text) {
  const element = document.createElement("h2");
  element.textContent = text;
  return element;
}

function table(rows) {
  const element = document.createElement("table");
  for (const [label, text] of rows) {
    if (text === null || text === "") continue;
    const row = element.insertRow();
    row.append(document.createElement("th"));
    row.cells[0].textContent = label;
    row.insertCell().textContent = text;
  }
  return element;
}

function showSource(node) {
  const source = document.getElementById("source");
  source.replaceChildren(graph.expr);
  if (node.start === null) return;
  // Offsets count characters, of which some are two units of a JavaScript string.
  const characters = [...graph.expr];
  const marked = document.createElement("mark");
  marked.textContent = characters.slice(node.start, node.end).join("");
  source.replaceChildren(characters.slice(0, node.start).join(""), marked, characters.slice(node.end).join(""));
}

function show(element) {
  const node = nodes.get(element.id);
  if (!node) return;
  for (const other of document.querySelectorAll(".chosen")) other.classList.remove("chosen");
  element.classList.add("chosen");
  const relation = { value: "", part: ", part of", derivative: ", for the derivative of" }[node.relation];
  document.getElementById("name").textContent = node.grad_fn ? `${node.name}: ${node.grad_fn}${relation}` : node.name;
  showSource(node);
  const facts = document.getElementById("facts");
  facts.replaceChildren();
  node.results.forEach((result, i) => {
    const path = `${node.path}.results[${i}]`;
    facts.append(heading(result.name));
    facts.append(table([
      ["value", number(result.value, `${path}.value`)],
      ["gradient", number(result.grad, `${path}.grad`)],
    ]));
  });
  node.inputs.forEach((input, i) => {
    const path = `${node.path}.inputs[${i}]`;
    facts.append(heading(`to ${input.result}`));
    facts.append(table([
      ["local rule", input.rule],
      ["its value", number(input.local, `${path}.local`)],
      ["sends", number(input.grad, `${path}.grad`)],
    ]));
  });
}

for (const element of document.querySelectorAll("svg .node")) {
  element.addEventListener("click", () => show(element));
  element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      show(element);
    }
  });
}
</script>
</body>
</html>
"""
