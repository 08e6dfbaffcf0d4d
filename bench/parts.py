"""The files of the benchmark and what is measured on each."""

import contextlib
import json
import os
import shutil
import sys

from measuring import CouldNotRun, Task, first_number, measure
from tools import call

LINE_MAX = 640  # bytes an event, generously: to look at the disk before it is full
NARROW, WIDE = 256, 400_000  # voters in flight
EVENTS_PER_VOTER = 25  # a smaller wide file has fewer voters in flight, so that some come to cast their ballot


class Bench:
    """Measures the PARTS asked for; then TASKS has the figures and RATIOS one value a part."""

    def __init__(self, tools, options):
        self.tools = tools
        self.options = options
        self.parts = options.only
        self.answers = {}
        self.tasks = []
        self.ratios = {}

    def run(self):
        os.makedirs(self.options.dir, exist_ok=True)
        if self.parts - {"foreign"}:
            narrow = self.narrow()
            if "wide" in self.parts:
                self.wide(narrow)
        if "foreign" in self.parts:
            self.foreign()

    # What a program does on a file. KIND is the file's kind, for the table.

    def replay(self, kind, path, events):
        return self.fold("replay", [self.tools.audit, "replay", "--print", "tally"], kind, path, events)

    def fold(self, name, command, kind, path, events):
        """All print the same line, to the byte."""
        return Task(f"{name}, {kind}", path, events, [*command, path], f"tally of {path}", str)

    def parse(self, kind, path, events):
        return Task(f"simdjson, {kind}", path, events, [self.tools.simdjson, path], f"events of {path}",
                    first_number)

    def verify(self, kind, path, events):
        # A finding is exit status 1, which is refused; the words of the summary do not matter.
        return Task(f"verify, {kind}", path, events, [self.tools.audit, "verify", path], "", lambda printed: None)

    def measure(self, *tasks):
        measure(self.tools.stopwatch, list(tasks), self.options.rounds, self.answers)
        self.tasks += tasks

    def count(self, kind, path, events):
        """Has python count once, unmeasured, what no measured opponent counts."""
        measure(self.tools.stopwatch, [self.fold("python3", self.tools.python, kind, path, events)], 1, self.answers)

    # Files.

    def need_disk(self, size, what):
        free = shutil.disk_usage(self.options.dir).free
        if free < size:
            raise CouldNotRun(f"{what} needs up to {size / 1e9:.1f} GB and {free / 1e9:.1f} GB are free: "
                              "choose another --dir, or fewer --events")

    @contextlib.contextmanager
    def file(self, kind, events, *layout):
        """A generated file, removed at the end of the `with`."""
        path = os.path.join(self.options.dir, f"{kind}.ndjson")
        self.need_disk(events * LINE_MAX, path)
        print(f"{kind} file: {events:,} events", file=sys.stderr)
        try:
            call(self.tools.generator, "--events", str(events), *layout, "-o", path)
            self.answers[f"events of {path}"] = events
            yield path
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)

    @contextlib.contextmanager
    def store(self, path, events):
        """The embedded event store with the events of the NDJSON file PATH, removed at the end of the `with`."""
        database = os.path.join(self.options.dir, "narrow.db")
        self.need_disk(2 * events * LINE_MAX, database)
        print("narrow file: into SQLite", file=sys.stderr)
        try:
            call(self.tools.audit, "pull", path, "-o", f"sqlite:{database}")
            yield database
        finally:
            for suffix in ("", "-wal", "-shm", "-journal"):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(database + suffix)

    # The parts, a file after the other.

    def narrow(self):
        """Everything that is measured on the narrow file. Returns the task of its replay."""
        size, small = self.options.events, self.options.small
        with contextlib.ExitStack() as files:
            path = files.enter_context(self.file("narrow", size, "--in-flight", str(NARROW)))
            replay = self.replay("narrow", path, size)
            others = self.opponents(path, size)
            if "scale" in self.parts:
                small_path = files.enter_context(self.file("small", small, "--in-flight", str(NARROW)))
                self.count("small", small_path, small)
                others["scale"] = self.replay("small", small_path, small)
            if not self.parts & {"duckdb", "node", "python"}:
                self.count("narrow", path, size)
            self.measure(replay, *others.values())
            self.compare(replay, others)
            if "sqlite" in self.parts:
                self.sqlite(files.enter_context(self.store(path, size)), path, size)
        return replay

    def opponents(self, path, size):
        """The tasks that are measured beside the replay of the narrow file, by part."""
        tasks = {
            "simdjson": self.parse("narrow", path, size),
            "duckdb": self.fold("DuckDB", self.tools.duckdb, "narrow", path, size),
            "node": self.fold("Node", self.tools.node, "narrow", path, size),
            "python": self.fold("python3", self.tools.python, "narrow", path, size),
            "verify": self.verify("narrow", path, size),
        }
        return {part: task for part, task in tasks.items() if part in self.parts}

    def compare(self, replay, others):
        for part, task in others.items():
            ours, theirs = replay.ns_per_event(), task.ns_per_event()
            self.ratios[part] = ours / theirs if part in ("simdjson", "scale") else theirs / ours
        if "memory" in self.parts:
            self.ratios["memory"] = replay.peak() / json.loads(replay.printed)["ballots_issued"]

    def sqlite(self, database, path, size):
        replay = self.replay("SQLite", f"sqlite:{database}", size)
        scan = Task("scan, SQLite", database, size, [self.tools.scan, database, self.options.scan_sql],
                    f"events of {path}", first_number)
        replay.path, replay.question = database, f"tally of {path}"
        self.measure(replay, scan)
        self.ratios["sqlite"] = replay.median_cpu() / scan.median_cpu()

    def wide(self, narrow):
        size = self.options.events
        in_flight = min(WIDE, size // EVENTS_PER_VOTER)
        with self.file("wide", size, "--in-flight", str(in_flight)) as path:
            self.count("wide", path, size)
            replay = self.replay("wide", path, size)
            self.measure(replay)
            self.ratios["wide"] = replay.median_cpu() / narrow.median_cpu()

    def foreign(self):
        size = self.options.events
        with self.file("foreign", size, "--in-flight", str(NARROW), "--foreign") as path:
            self.count("foreign", path, size)
            replay, parse = self.replay("foreign", path, size), self.parse("foreign", path, size)
            self.measure(replay, parse)
            self.ratios["foreign"] = replay.median_cpu() / parse.median_cpu()
