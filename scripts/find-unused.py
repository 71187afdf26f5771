#!/usr/bin/env python3
"""Names that src/ declares and does not use, and those that only tests/ use.

Reads the sources as text. A function that a header of src/ declares counts as used where its name stands
anywhere in src/ but in its own declarations and definitions (a name that several functions share is used as soon
as one of them is). Prints each finding as "FILE:LINE: NAME ..." and exits with 1 if there is any. What is meant
for others than the program itself stands in ALLOWED with its reason.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALLOWED = {
    "texts": "what ItemRecorder saw in a frame, for tests: its hooks must stand beside Dear ImGui's",
    "is_visible": "the same, of one item",
    "pump": "what a program without threads calls in every frame, as a web page must",
}

COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
STRING = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.S)
DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*", re.M)
# A return type, a name and an opening parenthesis at the beginning of a statement.
DECLARATION = re.compile(
    r"(?:^|[;{}:>])[ \t]*\n?[ \t]*"
    r"(?:\[\[\w+\]\][ \t]*|template[ \t]*<[^;{}]*?>[ \t\n]*)?"
    r"(?:(?:static|virtual|inline|constexpr|explicit|friend|extern)[ \t]+)*"
    r"(?!return\b|throw\b|new\b|delete\b|else\b|case\b|using\b|typedef\b|co_return\b|operator\b)"
    r"[A-Za-z_]\w*(?:::\w+)*(?:<[^;(){}]*>)?(?:::\w+)*(?:[ \t]+const)?[ \t]*[&*]*[ \t&*]+"
    r"(?P<name>(?:\w+::)*~?[A-Za-z_]\w*)[ \t]*\(",
    re.M,
)
WORD = re.compile(r"[A-Za-z_]\w*")


def bare(text):
    """The text without comments, strings and directives; positions and line numbers stay."""
    blank = lambda m: re.sub(r"[^\n]", " ", m.group(0))
    return DIRECTIVE.sub(blank, STRING.sub(blank, COMMENT.sub(blank, text)))


def read(folder, *endings):
    files = sorted(p for p in (ROOT / folder).rglob("*") if p.suffix in endings)
    return {p: bare(p.read_text(encoding="utf-8")) for p in files}


def count_words(texts):
    counts = {}
    for text in texts:
        for word in WORD.findall(text):
            counts[word] = counts.get(word, 0) + 1
    return counts


def main():
    sources = read("src", ".h", ".cpp", ".inc")
    tests = count_words(read("tests", ".h", ".cpp").values())
    uses = count_words(sources.values())
    declared = {}  # name -> (file, line) of its first declaration in a header
    overrides = set()
    for path, text in sources.items():
        for m in DECLARATION.finditer(text):
            name = m.group("name").split("::")[-1].lstrip("~")
            uses[name] -= 1
            rest = text[m.end() : text.find(";", m.end())]
            if "override" in rest.split("{")[0]:
                overrides.add(name)
            if path.suffix == ".h" and name not in declared:
                declared[name] = (path, text.count("\n", 0, m.start("name")) + 1)
    findings = []
    for name, (path, line) in declared.items():
        if uses[name] > 0 or name in overrides or name in ALLOWED or name == "main":
            continue
        why = "only tests use it: move it there" if tests.get(name, 0) else "nobody uses it: delete it"
        findings.append(f"{path.relative_to(ROOT)}:{line}: {name}: {why}")
    print("\n".join(sorted(findings)) or f"{len(declared)} declared functions, all of them used")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
