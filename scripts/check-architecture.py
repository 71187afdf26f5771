#!/usr/bin/env python3
"""Does docs/architecture.md tell the truth? Every path that it and CONTRIBUTING.md name must exist; in a row of a
table that begins with a file, the function beside it must stand in that file, and a type beside its file likewise."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATH = re.compile(r"`((?:src|tests|docs|scripts)/[\w./-]+)`")
WALK = re.compile(r"^\| `(src/[\w./]+)` \| `([\w:~]+)` \|", re.M)
TYPE = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| ((?:`src/[\w./]+`(?:, )?)+) \|", re.M)


def has_word(files, word):
    return any(re.search(rf"\b{word}\b", (ROOT / f).read_text(encoding="utf-8")) for f in files if (ROOT / f).exists())


def main():
    bad = []
    for doc in ("docs/architecture.md", "CONTRIBUTING.md"):
        text = (ROOT / doc).read_text(encoding="utf-8")
        for path in sorted(set(PATH.findall(text))):
            if not (ROOT / path).exists():
                bad.append(f"{doc}: there is no {path}")
        for path, function in WALK.findall(text):
            if not has_word([path], function.split("::")[-1]):
                bad.append(f"{doc}: {path} has no {function}")
        for types, files in TYPE.findall(text):
            for name in re.findall(r"\w+", types):
                if not has_word(re.findall(r"src/[\w./]+", files), name):
                    bad.append(f"{doc}: none of {files} has {name}")
    print("\n".join(bad) or "every file and function is where the document says")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
