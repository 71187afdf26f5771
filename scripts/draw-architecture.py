#!/usr/bin/env python3
"""Draws docs/architecture.svg: the layers of src/ and the rooms of the window, from the includes.

A box stands above all that it includes. An arrow is an include; those that follow from others (a includes b, b
includes c, a includes c) are left out. --check: exits with 1 if the picture is not the one that would be drawn.
"""
import pathlib
import re
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
PICTURE = ROOT / "docs" / "architecture.svg"
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.M)

# What stands in a box below its name. A folder of src/ without an entry is refused, so that none is forgotten.
PURPOSE = {
    "platform": "files, memory, threads, clock",
    "core": "config, params, sites, trace;\nkernels, passes, formula, sampling, words",
    "io": "model files, JSON, safetensors",
    "measures": "roles of heads, stream, entropy",
    "text": "tokenizers and their training",
    "train": "optimisers, data, the loop; Tinyville",
    "session": "commands, runs, branches, playback",
    "labs": "the course: experiments, lessons, claims",
    "app/lab": "the lab that is open",
    "models": "the models that ship: recipes, figures",
    "cli": "run, trace, info, train, bench ...",
    "render": "GL objects, heat maps, PNG",
    "app/host": "Dear ImGui, window, no window, theme",
    "app/widgets": "controls, drawing helpers, docks",
    "app/view": "Selection, Panel, what panels share",
    "app/panels": "flow, heads, text, sampling,\ninspector, outline: a room each",
    "app/start": "the start page and its gallery",
    "app/shell": "workbench, layouts, keys, Ctrl+K, settings",
    "app": "open a window, shot, bench ui",
    "main.cpp": "the command line",
}
WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 270, 62, 22, 40, 28


def box_of(path):
    """The box that a path below src/ belongs to; None for generated headers."""
    parts = pathlib.PurePosixPath(path).parts
    if parts[0] == "app":
        return "app/" + parts[1] if len(parts) > 2 else "app"
    return parts[0] if (SRC / parts[0]).exists() else None


def read_includes():
    edges = {}
    for file in sorted(SRC.rglob("*")):
        if file.suffix not in (".h", ".cpp", ".inc"):
            continue
        box = box_of(file.relative_to(SRC).as_posix())
        found = edges.setdefault(box, set())
        for header in INCLUDE.findall(file.read_text(encoding="utf-8")):
            other = box_of(header)
            if other and other != box:
                found.add(other)
    unknown = sorted(set(edges) - set(PURPOSE))
    if unknown:
        sys.exit(f"draw-architecture.py: src/{unknown[0]} has no entry in PURPOSE; say in a few words what it is for")
    return edges


def reachable(edges, start):
    seen, todo = set(), list(edges[start])
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo.extend(edges[at])
    if start in seen:
        sys.exit(f"draw-architecture.py: src/{start} includes itself by way of others")
    return seen


def floors(edges):
    memo = {}

    def floor(box):
        if box not in memo:
            memo[box] = 1 + max((floor(other) for other in edges[box]), default=-1)
        return memo[box]

    for box in edges:
        floor(box)
    return memo


def draw():
    edges = read_includes()
    below = {box: reachable(edges, box) for box in edges}
    direct = {
        box: {o for o in others if not any(o in below[p] for p in others if p != o)} for box, others in edges.items()
    }
    level = floors(edges)
    rows = [sorted(b for b in edges if level[b] == n) for n in range(max(level.values()) + 1)]
    # Two passes order each floor by what it stands on, so that few arrows cross.
    place = {}
    for row in rows:
        row.sort(key=lambda b: (sum(place[o] for o in sorted(direct[b])) / max(len(direct[b]), 1), b))
        for i, box in enumerate(row):
            place[box] = i - (len(row) - 1) / 2
    widest = max(len(row) for row in rows)
    width = 2 * MARGIN + widest * WIDTH + (widest - 1) * GAP_X
    height = 2 * MARGIN + len(rows) * HEIGHT + (len(rows) - 1) * GAP_Y
    left = {b: width / 2 + place[b] * (WIDTH + GAP_X) - WIDTH / 2 for b in edges}
    top = {b: height - MARGIN - HEIGHT - level[b] * (HEIGHT + GAP_Y) for b in edges}
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        ' font-family="Inter, Helvetica, Arial, sans-serif">',
        "<title>The layers of src and the rooms of src/app: includes point downwards only</title>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#8a93a3"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#f4f5f8"/>',
    ]
    for box in sorted(edges, key=lambda b: (level[b], b)):
        targets = sorted(direct[box], key=lambda o: (left[o], o))
        for i, other in enumerate(targets):
            x0 = left[box] + WIDTH * (i + 1) / (len(targets) + 1)
            sources = sorted((b for b in edges if other in direct[b]), key=lambda b: (left[b], b))
            x1 = left[other] + WIDTH * (sources.index(box) + 1) / (len(sources) + 1)
            y0, y1 = top[box] + HEIGHT, top[other] - 2
            bend = GAP_Y * 0.8
            out.append(
                f'<path d="M{x0:.0f} {y0:.0f}C{x0:.0f} {y0 + bend:.0f} {x1:.0f} {y1 - bend:.0f} {x1:.0f} {y1:.0f}"'
                ' fill="none" stroke="#8a93a3" stroke-width="1.3" marker-end="url(#tip)"/>'
            )
    for box in sorted(edges, key=lambda b: (level[b], b)):
        window = box.startswith("app") or box == "render"
        fill, line = ("#e8effc", "#3f6fd1") if window else ("#ffffff", "#c9ced8")
        name = box if box == "main.cpp" else "src/" + box
        x, y = left[box], top[box]
        out.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{fill}" stroke="{line}"/>'
            f'<text x="{x + 12:.0f}" y="{y + 21:.0f}" font-size="14" font-weight="600" fill="#1d2430">{escape(name)}</text>'
        )
        for i, words in enumerate(PURPOSE[box].split("\n")):
            out.append(
                f'<text x="{x + 12:.0f}" y="{y + 38 + 15 * i:.0f}" font-size="11.5" fill="#566072">{escape(words)}</text>'
            )
    out.append("</svg>")
    return "\n".join(out) + "\n"


def main():
    picture = draw()
    if sys.argv[1:] == ["--check"]:
        if not PICTURE.exists() or PICTURE.read_text(encoding="utf-8") != picture:
            print("docs/architecture.svg is not what the includes say: run scripts/draw-architecture.py")
            return 1
        return 0
    PICTURE.write_text(picture, encoding="utf-8")
    print(PICTURE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
