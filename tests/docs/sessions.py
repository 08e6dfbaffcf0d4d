"""Runs the sessions of the documents and compares what is printed with what the document says, literally.

usage: sessions.py COMMANDS FIXTURES DOCUMENT.md...

A session is a block fenced as ```console: lines that begin with "$ " are commands for bash (with "> " where they go on), the
lines after each are what it prints, standard error included. A block fenced as ```sh is to be pasted: all of a document run in
one bash, before its sessions, and each prints what the block fenced as ```text right behind it says, or nothing. All of a
document happens in one empty folder, in which `fixtures` leads to FIXTURES; COMMANDS is the folder of the programs.
"""

import difflib
import itertools
import os
import subprocess
import sys
import tempfile

FENCE = "```console"


def sessions(lines):
    """The commands of a document: (number of its line, command, expected output)."""
    steps, inside = [], False
    for number, line in enumerate(lines, 1):
        if not inside:
            inside = line == FENCE
            fresh = inside
        elif line == "```":
            inside = False
        elif line.startswith("$ "):
            steps.append((number, [line[2:]], []))
            fresh = False
        elif fresh:
            sys.exit(f"sessions: line {number}: a session begins with a command, \"$ ...\"")
        elif line.startswith("> ") and not steps[-1][2]:
            steps[-1][1].append(line[2:])
        else:
            steps[-1][2].append(line)
    return [(number, "\n".join(command), output) for number, command, output in steps]


def pasted(lines):
    """The blocks to paste: (number of the first line, script, expected output)."""
    blocks, at = [], 0
    while at < len(lines):
        if lines[at] != "```sh":
            at += 1
            continue
        end = lines.index("```", at)
        script, number = lines[at + 1:end], at + 1
        at, expected = end + 1, []
        if lines[at:at + 2] == ["", "```text"]:
            end = lines.index("```", at + 2)
            expected, at = lines[at + 2:end], end + 1
        blocks.append((number, "\n".join(script), expected))
    return blocks


def paste(blocks, folder, commands):
    """What each block prints, in one bash."""
    mark = "-- the end of a block --"
    script = "".join(f"{block}\necho; echo {mark!r}\n" for _, block, _ in blocks)
    # Whatever is still running is one of bash's jobs.
    printed, outputs = run("trap 'kill $(jobs -p) 2>/dev/null' EXIT\n" + script, folder, commands), [[]]
    for line in printed:
        if line == mark:
            if outputs[-1] and outputs[-1][-1] == "":
                outputs[-1].pop()
            outputs.append([])
        else:
            outputs[-1].append(line)
    return outputs[:len(blocks)] + [[]] * (len(blocks) - len(outputs))


def run(command, folder, commands):
    # Plain words and no colours, wherever this runs.
    environment = {"PATH": commands + os.pathsep + os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": folder}
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, env=environment, timeout=60,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode().splitlines()


def check(document, commands, fixtures):
    """The number of commands that print what the document says, and of those that do not."""
    with open(document, encoding="utf-8") as file:
        lines = file.read().splitlines()
    steps, blocks = sessions(lines), pasted(lines)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="photovote-session-") as folder:
        os.symlink(fixtures, os.path.join(folder, "fixtures"))
        outputs = paste(blocks, folder, commands) if blocks else []
        done = [(*block, printed) for block, printed in zip(blocks, outputs)]
        for number, command, expected, printed in itertools.chain(
                done, ((*step, run(step[1], folder, commands)) for step in steps)):
            if printed == expected:
                passed += 1
                continue
            failed += 1
            print(f"{document}:{number}: $ {command}")
            sys.stdout.writelines(
                line + "\n" for line in difflib.unified_diff(expected, printed, "the document says", "printed", lineterm=""))
    if not steps and not blocks:
        print(f"{document}: has no session")
        failed += 1
    return passed, failed


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    commands, fixtures, *documents = [os.path.abspath(path) for path in sys.argv[1:]]
    results = [check(document, commands, fixtures) for document in documents]
    passed, failed = (sum(column) for column in zip(*results))
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
