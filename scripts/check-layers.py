#!/usr/bin/env python3
"""Includes point downwards only: which folder of src/ may include which others, and which libraries
(docs/architecture.md). A place is a folder of src/ or a room in it; the longest name that fits a file is its
own. What is the business of one place only (the operating system, Dear ImGui's internals) is checked, too."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent) / "src"

engine = "platform core core/kernels core/passes core/formula core/sampling core/watch core/words Eigen"
io = f"{engine} io nlohmann fmt"
measures = f"{engine} measures nlohmann fmt"
text = f"{io} text text/train pcre2 utf8proc"
train = f"{io} measures text text/train train train/tinyville"
session = f"{train} session session/commands"
models = f"{session} models"
labs = f"{models} labs labs/experiments"
drawing = "platform core core/words fmt render GUI app/host"
panels = f"{session} {drawing} app/widgets app/view"
lab_rooms = f"{labs} {drawing} app/widgets app/view app/lab app/panels/lab"
rooms = [f"app/panels/{room.name}" for room in sorted((root / "app/panels").glob("*/"))]
may = {
    "platform": "platform",
    "core/kernels": "platform core/kernels core/real.h Eigen",
    "core": "platform core core/kernels Eigen",
    "core/passes": "platform core core/kernels core/passes Eigen",
    "core/formula": "platform core core/kernels core/formula",
    "core/sampling": "platform core core/kernels core/sampling Eigen",
    "core/watch": "platform core core/kernels core/watch",
    "core/words": "core core/sampling core/words",
    "io": io,
    "measures": measures,
    "text": text,
    "text/train": text,
    "train": train,
    "train/tinyville": train,
    "session": session,
    "session/commands": session,
    "models": models,
    "labs": f"{labs} yaml md4c",
    "labs/experiments": labs,
    "cli": f"{labs} cli CLI",
    "render": "platform core render GL stb shaders.h",
    "app/host": f"{drawing} io GL imgui_internal",
    "app/widgets": f"{drawing} imgui_internal app/widgets session/commands",
    "app/view": panels,
    "app/panels": f"{panels} app/panels {' '.join(rooms)}",
    "app/lab": lab_rooms,
    "app/start": f"{panels} models labs app/start",
    "app/shell": f"{panels} models labs app/lab app/panels app/start app/shell",
    "app": f"{panels} models labs cli CLI app/lab app/start app/shell app",
    "main.cpp": f"app cli {models}",
} | {room: f"{panels} {room}" for room in rooms}  # a panel's room: no other one's
may["app/panels/lab"] = lab_rooms
may = {place: set(allowed.split()) for place, allowed in may.items()}

# The library of a header. shaders.h is generated (shaders/embed.cmake).
libraries = [
    (r"(unsupported/)?Eigen/", "Eigen"), (r"nlohmann/", "nlohmann"), (r"fmt/", "fmt"), (r"CLI/", "CLI"),
    (r"pcre2", "pcre2"), (r"yaml-cpp/", "yaml"), (r"md4c", "md4c"), (r"utf8proc", "utf8proc"), (r"(glad|GL|EGL|KHR)/", "GL"), (r"stb[/_]", "stb"),
    (r"(imgui|implot)_internal\.h", "imgui_internal"), (r"GLFW/|imgui|implot|misc/cpp/imgui", "GUI"),
    (r"shaders\.h", "shaders.h"),
]
# (places, what stands nowhere else, what it is)
only_in = [
    ("platform", r"<(sys/[a-z]+|unistd|fcntl|pthread|sched)\.h>", "the operating system"),
    ("platform", r"(steady|system|high_resolution)_clock|clock_gettime", "the clock"),
    ("platform", r"std::j?thread\(|std::async|hardware_concurrency", "starting threads"),
    ("app/host", r"<(GLFW|EGL)/", "the window's back end"),
]
n_includes = 0
complaints = []


def place_of(path):
    """The place that a file belongs to, or none."""
    while path and path not in may:
        path = path.rpartition("/")[0]
    return path


def check_include(where, place, opening, header):
    what = next((library for pattern, library in libraries if re.match(pattern, header)), None)
    if not what:
        what = place_of(header)
        if not what and opening == "<":
            return  # the standard library, the system
        what = what or f"'{header}', which does not begin with a folder of src/"
    if what not in may.get(place, ()) and header not in may.get(place, ()):
        complaints.append(f"{where}: {place or 'a folder that is not in this table'} may not include {what}")


for file in sorted(root.rglob("*")):
    if file.suffix not in (".h", ".cpp", ".inc"):
        continue
    name = file.relative_to(root).as_posix()
    place = place_of(name)
    for number, line in enumerate(file.read_text().splitlines(), 1):
        where = f"src/{name}:{number}"
        if include := re.match(r'\s*#\s*include\s*(["<])([^">]+)', line):
            n_includes += 1
            check_include(where, place, *include.groups())
        for home, pattern, what in only_in:
            if not name.startswith(home + "/") and re.search(pattern, line):
                complaints.append(f"{where}: {what} belongs into {home}")

print("\n".join(complaints) or f"{n_includes} includes, all downwards")
sys.exit(bool(complaints))
