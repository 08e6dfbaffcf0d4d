"""Runs programs in turns, measures each, and holds their answers to each other."""

import dataclasses
import statistics
import subprocess
import sys
import tempfile


class CouldNotRun(Exception):
    """The benchmark has no result: a tool is missing, a program failed, or two disagree on the answer."""


@dataclasses.dataclass
class Sample:
    cpu: float  # user and system, seconds
    wall: float  # seconds
    peak: int  # bytes


@dataclasses.dataclass
class Task:
    """A program on a file of so many events.

    Tasks with the same QUESTION must give the same answer; ANSWER makes it from what the program printed.
    """

    name: str
    path: str
    events: int
    command: list
    question: str
    answer: object
    samples: list = dataclasses.field(default_factory=list)
    printed: str = ""  # in the last run

    def median_cpu(self):
        return statistics.median(sample.cpu for sample in self.samples)

    def ns_per_event(self):
        return self.median_cpu() * 1e9 / self.events

    def median_wall(self):
        return statistics.median(sample.wall for sample in self.samples)

    def peak(self):
        return max(sample.peak for sample in self.samples)


def first_number(printed):
    return int(printed.split()[0])


def run_once(stopwatch, task):
    """One run of TASK with its file warm in the page cache: the sample, and what the program printed."""
    subprocess.run(["cat", task.path], stdout=subprocess.DEVNULL, check=True)
    with tempfile.NamedTemporaryFile("r") as report, tempfile.TemporaryFile("w+") as output:
        subprocess.run([stopwatch, report.name, *task.command], stdout=output, check=False)
        fields = [int(field) for field in report.read().split()]
        if len(fields) != 5 or fields[0] != 0:
            status = fields[0] if fields else "unknown"
            raise CouldNotRun(f"{task.name}: exit status {status} of {' '.join(task.command)}")
        _, user, system, wall, peak_kb = fields
        output.seek(0)
        return Sample((user + system) / 1e6, wall / 1e6, peak_kb * 1024), output.read()


def compare(task, printed, answers):
    """Speed claims without equal answers are void, so a difference ends the benchmark."""
    try:
        answer = task.answer(printed)
    except (ValueError, LookupError, TypeError) as error:
        raise CouldNotRun(f"{task.name}: printed something unexpected ({error!r}): {printed[:200]!r}") from error
    if answer != answers.setdefault(task.question, answer):
        raise CouldNotRun(f"{task.name}: another answer than the others to: {task.question}")


def measure(stopwatch, tasks, rounds, answers):
    """Runs all TASKS once a round, each round beginning with another, so that a slow minute hits them all alike.

    ANSWERS maps questions to the answers known so far.
    """
    for turn in range(rounds):
        first = turn % len(tasks)
        for task in tasks[first:] + tasks[:first]:
            sample, printed = run_once(stopwatch, task)
            compare(task, printed, answers)
            task.samples.append(sample)
            task.printed = printed
            print(f"  round {turn + 1} of {rounds}: {task.name:24} {sample.cpu:8.3f} s CPU", file=sys.stderr)
