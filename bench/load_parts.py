"""What is measured under load, in turns, on one set of elections."""

import bisect
import contextlib
import dataclasses
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys

from load_elections import Election
from load_servers import Ours, empty, fastapi, until
from measuring import CouldNotRun
from tools import call

CONNECTIONS = (1, 16, 64, 256)
FLOOR_AT = 64  # connections
MANY = 64  # elections
LARGE, SMALL = 100_000, 100  # voters
STREAMS = 200
APPENDED = 30_000  # rows that SQLite alone is given
PROBES, PROBE_PAUSE_MS = 4, 10  # voters who read back what they rated, and how long each waits


@dataclasses.dataclass
class Load:
    """A server under so many connections, whose voters are those of the file USERS."""

    server: object
    where: str  # for the table
    users: str
    connections: int
    samples: list = dataclasses.field(default_factory=list)

    def median(self, name):
        return statistics.median(sample[name] for sample in self.samples)


def p99_of_histogram(metrics, name):
    """The bound of the bucket in which the 99th of a hundred is; METRICS are differences."""
    buckets = sorted((float(key.split('"')[1]), count) for key, count in metrics.items()
                     if key.startswith(f"{name}_bucket"))
    bounds, counts = zip(*buckets)
    return bounds[bisect.bisect_left(counts, 0.99 * counts[-1])]


class LoadBench:
    """Measures the PARTS asked for; then LOADS has the figures and RATIOS one value a part."""

    def __init__(self, folder, options):
        self.programs = folder
        self.options = options
        self.parts = options.only
        self.dir = options.dir
        self.loads, self.ratios, self.notes = [], {}, []

    def program(self, name):
        path = os.path.join(self.programs, name)
        if not os.path.exists(path):
            raise CouldNotRun(f"{path} is missing: build the tree with -DPV_BENCH=ON")
        return path

    def run(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        try:
            self.measure_all()
        finally:
            shutil.rmtree(self.dir, ignore_errors=True)

    # What is there before anything is measured.

    def token(self, election, at, data):
        return subprocess.check_output(
            [self.program("photovote"), "token", "--data", data, "--role", "voter", "--election", election.id,
             election.voter(at)], text=True).strip()

    def write_users(self, name, voters, data):
        """The file of so many pairs of an election and the place of a voter in it."""
        path = os.path.join(self.dir, f"{name}.users")
        with open(path, "w", encoding="utf-8") as file:
            for election, at in voters:
                file.write(election.user(at, self.token(election, at, data)) + "\n")
        return path

    def make_data(self, name, elections):
        """A data directory with their history; and how many records it is of."""
        data, history = os.path.join(self.dir, name), os.path.join(self.dir, "history.ndjson")
        os.makedirs(data)
        print(f"{name}: {sum(election.voters for election in elections):,} voters", file=sys.stderr)
        with open(history, "w", encoding="utf-8") as file:
            records = sum(election.write(file) for election in elections)
        call(self.program("photovote-audit"), "pull", history, "-o", f"sqlite:{data}/events.db")
        os.remove(history)
        return data, records

    def ours(self, data, records):
        server = Ours(self.program("photovote"), data)
        server.imported = records
        return server

    # One measurement.

    def client(self, server, users, connections, *more):
        command = [self.program("pv-bench-load"), "--port", str(server.port), "--users", users, "--connections",
                   str(connections), "--seconds", str(self.options.seconds), *more]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def result(self, client, what):
        printed, _ = client.communicate()
        if client.returncode != 0:
            raise CouldNotRun(f"{what}: exit status {client.returncode} of pv-bench-load")
        return json.loads(printed)

    def sample(self, load):
        """What the server used includes what it does later: the projection."""
        server = load.server
        server.settle()
        before, cpu = server.counts(), server.cpu()
        result = self.result(self.client(server, load.users, load.connections), load.where)
        server.settle()
        cpu, after = server.cpu() - cpu, server.counts()
        events = result["events"]["count"]
        sample = {"rate": events / result["seconds"], "cpu_us": cpu * 1e6 / events,
                  "p50_us": result["events"]["p50"], "p99_us": result["events"]["p99"]}
        if after:
            recorded = after["recorded_total"] - before["recorded_total"]
            if recorded != events:
                raise CouldNotRun(f"{load.where}: {events} answers and {recorded:.0f} records")
            sample["per_sync"] = recorded / (after["groups_total"] - before["groups_total"])
        load.samples.append(sample)
        print(f"  {load.where:34} {load.connections:4}: {sample['rate']:8.0f} a second, {sample['cpu_us']:6.1f} us",
              file=sys.stderr)
        return sample

    # The parts.

    def measure_all(self):
        one, small, large = Election(1, max(CONNECTIONS) + PROBES), Election(2, SMALL), Election(3, LARGE)
        many = [Election(100 + at, max(CONNECTIONS) // MANY) for at in range(MANY)]
        elections = [one, *many] + ([small, large] if "scale" in self.parts else [])
        data, records = self.make_data("data", elections)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(self.ours(data, records))
            users = {
                "one": self.write_users("one", ((one, at) for at in range(max(CONNECTIONS))), data),
                "many": self.write_users("many", ((many[at % MANY], at // MANY) for at in range(max(CONNECTIONS))), data),
            }
            server.settle()
            self.under_load(server, users, stack)
            if "commit" in self.parts:
                self.commit(server, users["one"])
            if "lag" in self.parts:
                probes = self.write_users("probes", ((one, max(CONNECTIONS) + at) for at in range(PROBES)), data)
                self.lag(server, users["one"], probes)
            if "scale" in self.parts:
                self.scale(server, small, large, data)
        if "stream" in self.parts:
            self.streams(small)

    def under_load(self, server, users, stack):
        """All servers at all numbers of connections, in turns."""
        opponents = []
        if "empty" in self.parts:
            program = self.program("pv-bench-http-empty")
            opponents.append((stack.enter_context(empty(program)), "libmicrohttpd, empty"))
            opponents.append((stack.enter_context(empty(program, "later")), "libmicrohttpd, later"))
        if "fastapi" in self.parts:
            opponents.append((stack.enter_context(fastapi()), "FastAPI, validates only"))
        table = {}
        for connections in CONNECTIONS:
            table["one", connections] = Load(server, "photovote, 1 election", users["one"], connections)
            table["many", connections] = Load(server, f"photovote, {MANY} elections", users["many"], connections)
            for opponent, where in opponents:
                table[opponent.name, connections] = Load(opponent, where, users["one"], connections)
        self.warm_up(table)
        loads = list(table.values())
        for turn in range(self.options.rounds):
            print(f"round {turn + 1} of {self.options.rounds}", file=sys.stderr)
            first = turn % len(loads)
            for load in loads[first:] + loads[:first]:
                self.sample(load)
        self.loads += sorted(loads, key=lambda load: load.where)
        self.compare(table)
        if "empty" in self.parts:
            self.least(table)

    def warm_up(self, table):
        """One unmeasured turn of the smallest kind: the store's index is made, and each token is known."""
        for (_, connections), load in table.items():
            if connections == max(CONNECTIONS):
                self.sample(load)
                load.samples.clear()

    def compare(self, table):
        for which, suffix in (("one", ""), ("many", "-many")):
            ours_us = table[which, FLOOR_AT].median("cpu_us")
            if "empty" in self.parts:
                self.ratios["empty" + suffix] = ours_us / table["libmicrohttpd", FLOOR_AT].median("cpu_us")
            if "fastapi" in self.parts:
                self.ratios["fastapi" + suffix] = table["FastAPI", FLOOR_AT].median("cpu_us") / ours_us
        if "group" in self.parts:
            self.ratios["group"] = min(table[which, FLOOR_AT].median("per_sync") for which in ("one", "many"))

    def least(self, table):
        """What the two parts alone cost that nothing durable is answered without: an answer that waits for something, and
        the rows and the sync in SQLite, in groups as large as ours were."""
        later, bare = (table[name, FLOOR_AT].median("cpu_us") for name in ("libmicrohttpd later", "libmicrohttpd"))
        for which, streams, what in (("one", 1, "on one election"), ("many", MANY, f"on {MANY} elections")):
            group = round(table[which, FLOOR_AT].median("per_sync"))
            command = [self.program("pv-bench-sqlite-append"), self.dir, str(APPENDED), str(group), str(streams)]
            rows = statistics.median(json.loads(subprocess.check_output(command, text=True))["cpu_us"]
                                     for _ in range(self.options.rounds))
            ours = table[which, FLOOR_AT].median("cpu_us")
            self.notes.append(f"The least {what}: {later:.1f} us for an answer that comes later, {rows:.1f} us for the rows in SQLite, "
                              f"{group} a sync: {later + rows:.1f} us, {(later + rows) / bare:.2f} x empty; ours is "
                              f"{ours / (later + rows):.2f} x that.")

    def sync(self):
        """A bare loop of write and fdatasync beside the store."""
        command = [self.program("pv-bench-sync"), self.dir, str(self.options.seconds)]
        return json.loads(subprocess.check_output(command, text=True))["events"]

    def commit(self, server, users):
        """One client's commits beside bare ones, in turns, each as fast as it can. The worse of the medians, and of the tenth
        percentiles, which neighbours disturb less."""
        pairs = []
        for _ in range(self.options.rounds):
            sync = self.sync()
            server.settle()
            pairs.append((self.result(self.client(server, users, 1), "commit")["events"], sync))
        parts = []
        for name in ("p50", "p10"):
            ours, sync = (statistics.median(pair[at][name] for pair in pairs) for at in (0, 1))
            parts.append((ours / sync, ours, sync))
        (_, ours, sync), (_, ours_least, sync_least) = parts
        self.notes.append(f"Commit: half of them within {ours:.0f} us, a tenth within {ours_least:.0f}; bare fdatasync: {sync:.0f} and "
                          f"{sync_least:.0f}.")
        worst = max(part[0] for part in parts)
        if worst >= 1:
            self.ratios["commit"] = worst
        else:
            self.notes.append("No verdict on one client's commit: there is a sync in each, so a bare one that takes longer tells of "
                              "neighbours only. Measure again.")

    def lag(self, server, users, probes):
        """While others rate as fast as they can, some voters read back what they rated: from the 200 to the read's answer.
        And what the server says of itself; the worse of both."""
        before = server.metrics()
        load = self.client(server, users, FLOOR_AT)
        probe = self.result(self.client(server, probes, PROBES, "--read", "--pause", str(PROBE_PAUSE_MS)), "lag")
        self.result(load, "lag")
        server.settle()
        after = server.metrics()
        own = p99_of_histogram({key: value - before.get(key, 0) for key, value in after.items()}, "projection_lag_seconds")
        read = probe["reads"]["p99"] / 1e6
        self.notes.append(f"Lag: {probe['reads']['count']:,} ratings read back, 99 of 100 within {read * 1000:.1f} ms of the "
                          f"answer; the server's own histogram: within {own * 1000:g} ms.")
        self.ratios["lag"] = max(read, own)

    def scale(self, server, small, large, data):
        """The same load on an election of 100,000 voters and on one of 100."""
        loads = []
        for election in (small, large):
            voters = ((election, at) for at in election.spread(FLOOR_AT))
            users = self.write_users(f"of-{election.voters}", voters, data)
            loads.append(Load(server, f"photovote, {election.voters:,} voters", users, FLOOR_AT))
        for turn in range(self.options.rounds + 1):
            for load in loads if turn % 2 else reversed(loads):
                self.sample(load)
                if turn == 0:
                    load.samples.clear()
        self.loads += loads
        of_small, of_large = loads
        self.ratios["scale"] = max(of_large.median(name) / of_small.median(name) for name in ("p50_us", "cpu_us"))

    def streams(self, election):
        """Memory of live streams on which nothing happens, in a server that has done nothing else."""
        data, records = self.make_data("streams", [election])
        request = f"GET /election/{election.id}/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        with self.ours(data, records) as server, contextlib.ExitStack() as stack:
            server.settle()
            before = server.resident()
            for _ in range(STREAMS):
                stream = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
                stream.sendall(request)
                if not stream.recv(4096).startswith(b"HTTP/1.1 200 "):
                    raise CouldNotRun("a live stream was refused")
            until(lambda: server.metrics()["api_live_streams"] == STREAMS, "the live streams")
            self.ratios["stream"] = (server.resident() - before) / STREAMS / 1024
