"""Holds the documents against the tree: docs/design.md names every file, and no document leads to a file that is not there.

usage: files.py TREE [DESIGN.md]

A row of a table in docs/design.md whose first cell is code names files: `election.*`, `sqlite_*.c`, `commands.h`, a path
below the folder that stands in parentheses in the heading above, as in "### The core (`src/core`)". Each such pattern must
match a file, and each file below src/, tools/, fuzz/ and tests/ must be matched in its folder. A pattern that ends in "/" is
a folder whose files are not told one by one.

Each source below src/ and tools/, and each header below src/, must be in the build list of its folder, or nobody would notice
that it is not compiled.
"""

import fnmatch
import os
import re
import sys

TOLD = ["src", "tools", "fuzz", "tests", "scripts"]
CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"(?:src|tools|fuzz|tests|scripts|docs|fixtures|bench|cmake|\.ci)/[\w./*-]+")


def files_below(tree):
    """The files of the folders that are told, with the folders that hold no other."""
    for top in TOLD:
        for folder, folders, names in os.walk(os.path.join(tree, top)):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "node_modules"))
            for name in sorted(names):
                if name != "CMakeLists.txt" and not name.endswith(".cmake"):
                    yield os.path.relpath(os.path.join(folder, name), tree)


def patterns(design):
    """(line, folder/pattern) of each name in the first cells of the tables."""
    folder = None
    for number, line in enumerate(design.splitlines(), 1):
        if line.startswith("#"):
            named = re.search(r"\(`([^`]+)`\)$", line)
            folder = named.group(1) if named else None
        elif folder and line.startswith("| `"):
            for name in CODE.findall(line.split("|")[1]):
                yield number, os.path.join(folder, name)


def matches(path, pattern):
    if pattern.endswith("/"):
        return path.startswith(pattern)
    return os.path.dirname(path) == os.path.dirname(pattern) and fnmatch.fnmatchcase(path, pattern)


def check_design(tree, design):
    told = list(patterns(design))
    there = list(files_below(tree))
    for number, pattern in told:
        if not any(matches(path, pattern) for path in there):
            yield f"docs/design.md:{number}: there is no {pattern}"
    for path in there:
        if not any(matches(path, pattern) for _, pattern in told):
            yield f"docs/design.md does not tell what {path} is for"
    if len(told) < 50:
        yield f"docs/design.md: only {len(told)} names found in its tables"


def check_built(tree):
    for path in files_below(tree):
        listed = path.endswith(".c") or (path.startswith("src/") and path.endswith(".h") and not path.endswith(".tbl.h"))
        if not listed or not path.startswith(("src/", "tools/")):
            continue
        with open(os.path.join(tree, os.path.dirname(path), "CMakeLists.txt"), encoding="utf-8") as file:
            if os.path.basename(path) not in re.findall(r"[\w.]+", file.read()):
                yield f"no build list names {path}"


def check_paths(tree, document):
    """Links, and what looks like a path of the tree."""
    with open(os.path.join(tree, document), encoding="utf-8") as file:
        lines = file.read().splitlines()
    for number, line in enumerate(lines, 1):
        here = os.path.dirname(document)
        named = [os.path.join(here, link) for link in LINK.findall(line) if "://" not in link]
        told = line.split("|", 2)[-1] if line.startswith("| `") else line  # the first cell is check_design's
        named += [path.rstrip("./") for code in CODE.findall(told) for path in PATH.findall(code) if "*" not in path]
        for path in named:
            # Not what stands for a name, and not what is installed.
            if not re.search(r"[A-Z]{4}|node_modules", path) and not os.path.exists(os.path.join(tree, path)):
                yield f"{document}:{number}: there is no {path}"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    tree = sys.argv[1]
    with open(sys.argv[2] if len(sys.argv) == 3 else os.path.join(tree, "docs/design.md"), encoding="utf-8") as file:
        wrong = list(check_design(tree, file.read())) + list(check_built(tree))
    documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "bench/README.md", "contrib/dev-idp/README.md",
                 "fixtures/README.md", "fixtures/polls/README.md"]
    documents += sorted("docs/" + name for name in os.listdir(os.path.join(tree, "docs")) if name.endswith(".md"))
    for document in documents:
        wrong += check_paths(tree, document)
    print("\n".join(wrong))
    print(f"{len(documents)} documents, {len(wrong)} faults")
    sys.exit(1 if wrong else 0)


main()
