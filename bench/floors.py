"""What must hold at 10 million events, and the report of what was measured."""

import dataclasses

FULL_SIZE = 10_000_000  # events, what the floors are meant for
FULL_ROUNDS = 5


@dataclasses.dataclass
class Floor:
    """A ratio and its limit. The aim is twice as good as the limit."""

    part: str  # as in --only
    what: str
    limit: float
    at_least: bool  # else at most
    unit: str = "x"

    def aim(self):
        return self.limit * 2 if self.at_least else self.limit / 2

    def holds(self, value, limit):
        return value >= limit if self.at_least else value <= limit

    def row(self, value):
        sign = ">=" if self.at_least else "<="
        verdict = "held" if self.holds(value, self.limit) else "MISSED"
        if self.holds(value, self.aim()):
            verdict = "held, and the aim"
        return (self.what, f"{value:.2f} {self.unit}", f"{sign} {self.limit:g}", f"{sign} {self.aim():g}", verdict)


FLOORS = (
    Floor("simdjson", "replay / simdjson, which only parses", 2.0, False),
    Floor("foreign", "the same on the foreign layout", 3.0, False),
    Floor("duckdb", "DuckDB / replay", 4.0, True),
    Floor("node", "Node / replay", 6.0, True),
    Floor("python", "python3 / replay", 10.0, True),
    Floor("wide", "replay of the wide file / of the narrow one", 2.5, False),
    Floor("scale", "replay per event, large file / small file", 1.5, False),
    Floor("memory", "peak memory of the replay per ballot", 400.0, False, "B"),
    Floor("sqlite", "replay from SQLite / bare scan of its table", 4.0, False),
    Floor("verify", "verify / replay", 2.0, False),
)

PARTS = tuple(floor.part for floor in FLOORS)


def print_table(head, rows):
    """A Markdown table with its columns in line; the first column is text, the others are to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells):
        first, *others = (f"{c:<{w}}" if i == 0 else f"{c:>{w}}" for i, (c, w) in enumerate(zip(cells, widths)))
        return "| " + " | ".join([first, *others]) + " |"

    print(line(head))
    print("|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|")
    for row in rows:
        print(line(row))
    print()


def print_times(tasks):
    """What was measured, in absolute figures."""
    rows = []
    for task in tasks:
        cpu = [sample.cpu for sample in task.samples]
        rows.append((task.name, f"{task.events:,}", f"{task.median_cpu():.3f}", f"{min(cpu):.3f}-{max(cpu):.3f}",
                     f"{task.ns_per_event():.0f}", f"{task.median_wall():.3f}", f"{task.peak() / 1e6:.1f}"))
    print_table(("program and file", "events", "CPU s", "least-most", "ns/event", "wall s", "peak MB"), rows)


def print_floors(values, floors=FLOORS):
    """The ratios in VALUES (part -> value) against their floors. Returns whether all hold."""
    floors = [floor for floor in floors if floor.part in values]
    print_table(("floor", "measured", "must be", "aim", "result"),
                [floor.row(values[floor.part]) for floor in floors])
    return all(floor.holds(values[floor.part], floor.limit) for floor in floors)
