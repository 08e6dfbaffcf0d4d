#!/usr/bin/env python3
"""Prints llvm-cov's MC/DC: a line a file, each condition without a pair of runs that shows it deciding, and the totals.

usage: mcdc_report.py EXPORT.json MIN; exit status 1 if the total is below MIN or nothing was measured.
"""
import json
import os
import sys


def source_text(path, line, column, end_line, end_column):
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    if line == end_line:
        return lines[line - 1][column - 1:end_column - 1]
    return lines[line - 1][column - 1:] + " ..."


def decisions(file):
    """From each decision's place to its conditions: what is inlined is measured once for each unit that includes it."""
    found = {}
    for record in file["mcdc_records"]:
        place, conditions = tuple(record[:4]), record[9]
        found[place] = [a or b for a, b in zip(found.get(place, conditions), conditions)]
    return found


def main():
    path, need = sys.argv[1], float(sys.argv[2])
    with open(path, encoding="utf-8") as f:
        data = json.load(f)["data"][0]
    for file in sorted(data["files"], key=lambda file: file["filename"]):
        name = os.path.relpath(file["filename"])
        summary = file["summary"]
        mcdc, branches = summary["mcdc"], summary["branches"]
        if mcdc["count"] or branches["count"]:
            print(f"{name}: MC/DC {mcdc['covered']}/{mcdc['count']}, branches {branches['covered']}/{branches['count']}")
        for (line, column, end_line, end_column), conditions in decisions(file).items():
            lacking = [str(i + 1) for i, shown in enumerate(conditions) if not shown]
            if lacking:
                text = source_text(file["filename"], line, column, end_line, end_column)
                print(f"    {name}:{line}: condition {', '.join(lacking)} of: {text}")
    totals = data["totals"]
    for what, label in ("lines", "lines"), ("branches", "branches"), ("mcdc", "MC/DC"):
        total = totals[what]
        print(f"{label:8} of src/core and src/codec: {total['covered']}/{total['count']} = {total['percent']:.2f} %"
              + (f" (gate {need:g} %)" if what == "mcdc" else ""))
    held = totals["mcdc"]["count"] > 0 and totals["mcdc"]["percent"] >= need
    if not held:
        print("mcdc: below the gate")
    return 0 if held else 1


sys.exit(main())
