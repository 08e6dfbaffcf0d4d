#!/usr/bin/env python3
"""Prints what gcovr measured: a line a file that is not wholly covered, with what is missing, and the totals.

usage: coverage_report.py BUILD LINE BRANCH; exit status 1 if a total is below its percentage or nothing was measured.
"""
import json
import sys


def missing(file):
    """The lines never run, and the branches never taken as line:count."""
    lines, branches = [], []
    for line in file["lines"]:
        if line.get("gcovr/noncode"):
            continue
        if line["count"] == 0:
            lines.append(str(line["line_number"]))
            continue
        untaken = sum(1 for branch in line["branches"] if branch["count"] == 0)
        if untaken:
            branches.append(f"{line['line_number']}({untaken})")
    return lines, branches


def main():
    build, need_line, need_branch = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    with open(f"{build}/coverage.json", encoding="utf-8") as f:
        detail = {file["file"]: file for file in json.load(f)["files"]}
    with open(f"{build}/summary.json", encoding="utf-8") as f:
        summary = json.load(f)
    for file in summary["files"]:
        lines, branches = missing(detail[file["filename"]])
        if lines or branches:
            print(f"{file['filename']}: lines {file['line_percent']} %, branches {file['branch_percent']} %")
            if lines:
                print("    lines not run: " + " ".join(lines))
            if branches:
                print("    branches not taken: " + " ".join(branches))
    held = True
    for what, need in ("line", need_line), ("branch", need_branch):
        covered, total = summary[f"{what}_covered"], summary[f"{what}_total"]
        percent = 100 * covered / total if total else 0
        enough = total > 0 and percent >= need
        print(f"{what:6} coverage of src/: {covered}/{total} = {percent:.2f} % (gate {need:g} %)"
              f" {'holds' if enough else 'BELOW'}")
        held = held and enough
    return 0 if held else 1


sys.exit(main())
