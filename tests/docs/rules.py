"""Holds the tables of D3 and D7 in docs/domain.md to the core's catalogue and codes, and to those of the peer.

usage: rules.py TREE [DOMAIN.md]
"""

import os
import re
import sys

ROW = re.compile(r"^PV_EVENT\(\w+,\s+\w+,\s+(\w+),\s+(\w+),\s+\w+,(.*?)\)\n(?=PV_EVENT|/\*)", re.S | re.M)
FIELD = re.compile(r"PV_FIELD\((\w+),\s+\w+,\s+(\w+),\s+\w+\)")
MARKS = {"REQUIRED": "!", "NULLABLE": "?", "OPTIONAL": ""}
CODE = re.compile(r"^PV_CODE\(\w+, (\w+), (\w+), (\w+),", re.M)
KINDS = {"malformed": "MALFORMED", "invalid value": "INVALID", "not found": "NOT_FOUND", "gone": "GONE",
         "conflict": "CONFLICT", "stream": "STREAM"}


def read(tree, path):
    with open(os.path.join(tree, path), encoding="utf-8") as file:
        return file.read()


def section(domain, number):
    return re.search(rf"^## D{number}\. .*?(?=^## |\Z)", domain, re.S | re.M).group()


def table(text):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")][2:]


def events_of_the_core(tree):
    for aggregate, event, fields in ROW.findall(read(tree, "src/core/events.tbl.h")):
        yield f"{aggregate}.{event} " + " ".join(name + MARKS[need] for need, name in FIELD.findall(fields + ")"))


def events_of_the_peer(tree):
    lines = re.search(r'TABLE = """\n(.*?)"""', read(tree, "tests/peer/events.py"), re.S).group(1)
    return [" ".join(line.split()) for line in lines.splitlines()]


def codes_of_the_core(tree):
    for name, kind, status in CODE.findall(read(tree, "src/core/codes.tbl.h")):
        if name != "none":
            yield f"{kind} {'none' if status == '0' else status} {name}"


def codes_of_the_document(domain):
    for row in table(section(domain, 7)):
        for name in row[2].split(", "):
            yield f"{KINDS[row[0]]} {row[1]} {name}"


def differences(what, document, other):
    document, other = list(document), list(other)
    for entry in document:
        if entry not in other:
            yield f"docs/domain.md has {entry!r}, and {what} has not"
    for entry in other:
        if entry not in document:
            yield f"{what} has {entry!r}, and docs/domain.md has not"
    if not document or (sorted(document) == sorted(other) and document != other):
        yield f"docs/domain.md has nothing, or another order than {what}"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    tree = sys.argv[1]
    domain = read(*((".", sys.argv[2]) if len(sys.argv) == 3 else (tree, "docs/domain.md")))
    events = [" ".join(row) for row in table(section(domain, 3))]
    codes = list(codes_of_the_document(domain))
    wrong = list(differences("the catalogue of the core", events, events_of_the_core(tree)))
    wrong += differences("the table of the peer", events, events_of_the_peer(tree))
    wrong += differences("the core", codes, codes_of_the_core(tree))
    print("\n".join(wrong))
    print(f"{len(events)} events, {len(codes)} codes, {len(wrong)} faults")
    sys.exit(1 if wrong else 0)


main()
