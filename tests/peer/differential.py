#!/usr/bin/python3
"""Runs a program and the peer on random histories and compares everything that they print.

    differential.py PROGRAM [ARGUMENT...] [--cases N] [--seed S] [--keep DIR]

A case is one election's history; many stand in one file, so that a process has something to do. On a difference the
file is kept, and the shortest stream that still shows it is printed. The same seed makes the same files.
"""
import argparse
import collections
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import check_fixtures
import histories
import photovote_peer as peer

HISTORIES = 40  # in a file
LENGTH = 30  # events of a history, on average
TIME_LIMIT = 120
MAX_TRIALS = 3000
# What a generator must not lose, from FLOOR_CASES on: every code seen, and enough accepted.
FLOOR_CASES = 2000
FLOOR_ACCEPTED = 0.4


class Command:
    """One command line, for the program and for the peer."""

    def __init__(self, what=None, at=None, keep_going=False, only=None):
        self.what, self.at, self.keep_going, self.only = what, at, keep_going, only

    def arguments(self, path):
        if self.what is None:
            words = ["verify", "--format", "json", str(path)]
        else:
            words = ["replay", "--print", self.what, str(path)] + ["--keep-going"] * self.keep_going
        if self.at is not None:
            words += ["--at", self.at]
        return words + (["--election", self.only] if self.only else [])

    def of_peer(self, source):
        only = self.only and self.only.upper()
        if self.what is None:
            out, _, status = peer.verify(source, "json", only)
        else:
            out, _, status = peer.replay(source, self.what, self.at, self.keep_going, only)
        return status, self.comparable(out.encode())

    def of_program(self, program, path):
        try:
            done = subprocess.run(
                program + self.arguments(path), stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT, check=False
            )
        except subprocess.TimeoutExpired:
            return "no end within %d s" % TIME_LIMIT, []
        return done.returncode, self.comparable(done.stdout)

    def comparable(self, out):
        lines = check_fixtures.text_lines(out)
        return [check_fixtures.without_message(line) for line in lines] if self.what is None else lines


def commands(rng, ids):
    """Those that are run on every file, and a few with options drawn."""
    some = rng.choice(ids)
    moment = "2024-01-01T00:%02d:%02d%s" % (rng.randrange(30), rng.randrange(60), rng.choice(["", "Z", ".5Z"]))
    drawn = [
        Command(only=rng.choice([some, some.lower(), histories.ident("E", 0 + 10**6)])),
        Command("tally", at=str(rng.randrange(40)), keep_going=rng.random() < 0.5),
        Command("document", at=moment, keep_going=rng.random() < 0.5),
        Command("document", at=moment, keep_going=rng.random() < 0.5, only=some),
        Command("hash", only=some),
        Command("none", at=str(rng.randrange(10))),
    ]
    always = [Command(), Command("document", keep_going=True), Command("tally", keep_going=True)]
    return always + [Command("hash", keep_going=True), Command("document"), *rng.sample(drawn, 3)]


def differs(program, command, lines, folder):
    path = folder / "trial.ndjson"
    source = b"\n".join(lines)
    path.write_bytes(source)
    return command.of_program(program, path) != command.of_peer(source)


def shortest(program, command, source, folder):
    """The shortest prefix that differs, and then every line out of it that is not needed."""
    lines = source.split(b"\n")
    low, high = 0, len(lines)  # `high` lines differ
    while high - low > 1:
        middle = (low + high) // 2
        if differs(program, command, lines[:middle], folder):
            high = middle
        else:
            low = middle
    lines, trials = lines[:high], 0
    size = max(1, len(lines) // 2)
    while size and trials < MAX_TRIALS:
        at, removed = 0, False
        while at < len(lines) and trials < MAX_TRIALS:
            trials += 1
            fewer = lines[:at] + lines[at + size :]
            if fewer and differs(program, command, fewer, folder):
                lines, removed = fewer, True
            else:
                at += size
        if not (removed and size == 1):
            size //= 2
    return b"\n".join(lines)


def show(program, command, source, folder, kept):
    path = folder / "trial.ndjson"
    path.write_bytes(source)
    kept.write_bytes(source)
    print("  shortest, kept as %s:" % kept)
    for line in source.split(b"\n")[:20]:
        print("    " + line[:1000].decode("utf-8", "backslashreplace"))
    print("  command: " + " ".join(command.arguments(kept)))
    for name, (status, out) in (("program", command.of_program(program, path)), ("peer", command.of_peer(source))):
        print("  %s: exit %s" % (name, status))
        for line in out[:10]:
            print("    " + line[:600])


class Tally:
    def __init__(self):
        self.codes, self.phases = collections.Counter(), collections.Counter()
        self.records = self.passed = self.failed = self.files = 0

    def count(self, source):
        run = peer.Run()
        run.read(source)
        self.records += sum(1 for _ in peer.numbered_lines(source))
        self.codes.update(finding["code"] for finding in run.findings)
        self.phases.update(stream.election.phase for stream in run.streams.values())

    def lame(self, cases):
        """What the generator has lost, in lines."""
        print("%d files, %d records; elections ended %s" % (self.files, self.records, dict(self.phases)))
        print("codes: " + " ".join("%s=%d" % it for it in self.codes.most_common()))
        refused = sum(self.codes.values())
        missing = [code for code in check_fixtures.CODES if not self.codes[code]]
        if cases < FLOOR_CASES:
            return []
        lost = ["the generator never reached " + code for code in missing]
        if refused > (1 - FLOOR_ACCEPTED) * self.records:
            lost.append("the generator made too many bad records: %d of %d" % (refused, self.records))
        return lost


def try_file(given, number, folder, tally):
    seed = "%d/%d" % (given.seed, number)
    rng = random.Random(seed)
    dirty = number % 3 == 0
    spoilt = rng.choice([0.0, 0.02, 0.1, 0.3])
    source, ids = histories.make_file(rng, given.histories, LENGTH, spoilt, dirty)
    path = folder / "stream.ndjson"
    path.write_bytes(source)
    tally.count(source)
    tally.files += 1
    for command in commands(rng, ids):
        if command.of_program(given.program, path) != command.of_peer(source):
            given.keep.mkdir(parents=True, exist_ok=True)
            whole = given.keep / ("seed-%d-file-%d.ndjson" % (given.seed, number))
            whole.write_bytes(source)
            print("DIFFERENT: file %s, %s" % (seed, " ".join(command.arguments(whole))))
            small = shortest(given.program, command, source, folder)
            show(given.program, command, small, folder, whole.with_suffix(".shortest.ndjson"))
            return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", nargs="+")
    parser.add_argument("--cases", type=int, default=FLOOR_CASES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--histories", type=int, default=HISTORIES, help="in a file")
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("differential"), help="folder for what differs")
    parser.add_argument("--max-failures", type=int, default=5, help="files that may differ before it gives up")
    given = parser.parse_args()
    tally, begun = Tally(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="photovote-differential-") as name:
        for number in range(-(-given.cases // given.histories)):
            if try_file(given, number, pathlib.Path(name), tally):
                tally.passed += given.histories
            else:
                tally.failed += given.histories
            if tally.failed >= given.max_failures * given.histories:
                print("gave up after %d files that differ" % given.max_failures)
                break
    lost = tally.lame(given.cases)
    for line in lost:
        print("FAILED " + line)
    print("%.1f s" % (time.monotonic() - begun))
    print("%d passed, %d failed" % (tally.passed, tally.failed + len(lost)))
    return 1 if tally.failed or lost or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
