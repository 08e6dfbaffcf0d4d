"""A server of a test's own, and clients of it. Only Python's standard library.

A server listens on a port that is free, on a data directory that it is given, and is stopped by its process id. Nothing here
sleeps for a time that was guessed: what is waited for is looked at until it is there, or a generous limit is over.
"""

import http.client
import json
import os
import select
import signal
import subprocess
import threading
import time

LIMIT = 60  # seconds; for what takes one on a quiet machine
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
EVENT = "PhotoVote.Event."


class Lost(Exception):
    """No whole answer came: whether the request was handled is not known."""


class Failed(Exception):
    """What was waited for did not come, or what had to work did not."""


def until(ask, what, limit=LIMIT):
    """Asks until the answer is true, and gives it."""
    end = time.monotonic() + limit
    pause = 0.002
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed("%s: not within %d s" % (what, limit))
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


class Ids:
    """ULIDs that no other call has given; the same in each run."""

    def __init__(self, space):
        self.next = space << 64 | 1
        self.lock = threading.Lock()

    def __call__(self):
        with self.lock:
            number = self.next
            self.next += 1
        return "01HQZ" + "".join(BASE32[number >> shift & 31] for shift in range(100, -1, -5))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of a refusal; None of what is none."""
        if "problem+json" not in self.headers.get("Content-Type", ""):
            return None
        return self.json["code"]

    def __repr__(self):
        return "%d %r" % (self.status, self.body[:300])


class Client:
    """One connection that is kept, made anew when it was lost. `server` may be started anew behind it; or is a port."""

    def __init__(self, server, token=None):
        self.server, self.token = server, token
        self.connection = None
        self.port = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def connect(self):
        port = self.server if isinstance(self.server, int) else self.server.port
        if self.connection is None or port != self.port:
            self.close()
            if port is None:
                raise Lost("there is no server")
            self.port = port
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        return self.connection

    def ask(self, method, path, body=None, **headers):
        """Sends one request, once. Names of headers have _ for -."""
        said = {name.replace("_", "-"): str(value) for name, value in headers.items()}
        if self.token is not None:
            said["Authorization"] = "Bearer " + self.token
        if body is not None:
            said["Content-Type"] = "application/json"
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        connection = self.connect()
        try:
            connection.request(method, path, body, said)
            got = connection.getresponse()
            return Answer(got.status, got.headers, got.read())
        except (OSError, http.client.HTTPException) as why:
            self.close()
            raise Lost(repr(why)) from why

    def twice(self, method, path, body=None, **headers):
        """For what may be sent twice, reads and events with an id: a connection that was idle may have been closed meanwhile."""
        try:
            return self.ask(method, path, body, **headers)
        except Lost:
            return self.ask(method, path, body, **headers)

    def get(self, path, **headers):
        return self.twice("GET", path, **headers)

    def must(self, status, method, path, body=None, **headers):
        answer = self.get(path, **headers) if method == "GET" else self.ask(method, path, body, **headers)
        if answer.status != status:
            raise Failed("%s %s %s: %d expected, but %r" % (method, path, body, status, answer))
        return answer.json


# Where each event of D3 goes: the path says which it is.
ROUTES = {
    "Election.ElectionCreated": ("POST", "/election/"),
    "Election.ElectionDeleted": ("DELETE", "/election/"),
    "Election.ElectionNameChanged": ("PUT", "/election/name-changed"),
    "Election.ElectionOpened": ("PUT", "/election/opened"),
    "Election.ElectionClosed": ("PUT", "/election/closed"),
    "Competition.CompetitionAdded": ("POST", "/competition/"),
    "Candidate.CandidateAdded": ("POST", "/candidate/"),
    "Candidate.CandidateRemoved": ("DELETE", "/candidate/"),
    "Voter.VoterRegistered": ("POST", "/voter/"),
    "Ballot.BallotCreated": ("POST", "/ballot/"),
    "Ballot.BallotCandidateRated": ("PUT", "/ballot/candidate-rated"),
    "Ballot.BallotCast": ("POST", "/ballot/cast"),
}


def send(client, event, **headers):
    """Sends an event, a pair of its name (D3) and its data, once."""
    method, path = ROUTES[event[0]]
    return client.ask(method, path, event[1], **headers)


def send_safely(client, event, **headers):
    """The same for an event with an id, which is sent again if no answer came."""
    method, path = ROUTES[event[0]]
    return client.twice(method, path, event[1], **headers)


def send_until_there_is_room(client, event):
    """The same where the server may be busy (503)."""
    answers = []

    def is_taken():
        answers.append(send_safely(client, event))
        return answers[-1].status != 503

    until(is_taken, "room for an event")
    return answers[-1]


class Paper:
    """An election that is open, with one competition, made by an administrator of its own."""

    def __init__(self, server, ids, candidates=2):
        self.server, self.ids = server, ids
        self.administrator = server.administrator()
        self.election, self.competition = ids(), ids()
        self.candidates = [ids() for _ in range(candidates)]
        self.record("Election.ElectionCreated", name="A paper")
        self.record("Competition.CompetitionAdded", competition_id=self.competition, name="One")
        for candidate in self.candidates:
            self.record("Candidate.CandidateAdded", competition_id=self.competition, candidate_id=candidate, name="Somebody")
        self.record("Election.ElectionOpened", open_date="2026-01-01T00:00:00Z")

    def event(self, name, /, **data):
        return name, {"id": self.ids(), "election_id": self.election, **data}

    def record(self, name, /, **data):
        """An event of the administrator's, which must be recorded; its number."""
        event = self.event(name, **data)
        answer = send_until_there_is_room(self.administrator, event)
        if answer.status != 200:
            raise Failed("%s %s: %r" % (name, data, answer))
        return answer.json["number"]

    def voter(self, with_ballot=True):
        """A new voter: (client, VoterId, BallotId)."""
        voter, ballot = self.ids(), self.ids()
        self.record("Voter.VoterRegistered", voter_id=voter, name="Anybody", email=voter + "@example.org")
        if with_ballot:
            self.record("Ballot.BallotCreated", voter_id=voter, ballot_id=ballot)
        return self.server.voter(voter), voter, ballot

    def rating(self, ballot, stars, candidate=0):
        return self.event("Ballot.BallotCandidateRated", ballot_id=ballot, competition_id=self.competition,
                          candidate_id=self.candidates[candidate], rating=stars)

    def close_event(self):
        return self.event("Election.ElectionClosed", close_date="2026-01-02T00:00:00Z")


class Server:
    """`photovote serve` on a data directory, which may be started again after its end."""

    def __init__(self, program, folder, *options, command="serve", environment=None):
        self.program, self.folder, self.options, self.command = program, folder, list(options), command
        self.data = os.path.join(folder, "data")
        self.log = os.path.join(folder, "log")
        self.environment = {**clean_environment(), **(environment or {})}
        self.process = None
        self.port = None

    def begin(self):
        """Starts it, without waiting for it."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, self.command, "--data", self.data, "--port", "0", *self.options],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, cwd=self.folder, env=self.environment)

    def first_line(self):
        """The first line that it prints; "" if it ends before it does."""
        line, end = b"", time.monotonic() + LIMIT
        while not line.endswith(b"\n"):
            if not select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))[0]:
                raise Failed("the server said nothing for %d s" % LIMIT)
            byte = os.read(self.process.stdout.fileno(), 1)
            if not byte:
                return ""
            line += byte
        return line.decode().rstrip("\n")

    def start(self):
        self.begin()
        address = self.first_line()
        if not address.startswith("http://127.0.0.1:"):
            self.kill()
            raise Failed("the server did not start: %r\n%s" % (address, self.said()))
        self.port = int(address.rsplit(":", 1)[1])
        return self

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def wait(self):
        """The exit status of a process that is ending."""
        status = self.process.wait(LIMIT)
        self.process.stdout.close()
        self.process, self.port = None, None
        return status

    def stop(self, how=signal.SIGTERM):
        """Its exit status after a signal."""
        self.process.send_signal(how)
        return self.wait()

    def kill(self):
        if self.process is not None:
            self.stop(signal.SIGKILL)

    def client(self, *token_words):
        """A client; with a token for the words of `photovote token`."""
        return Client(self, self.token(*token_words) if token_words else None)

    def administrator(self):
        return self.client("--role", "administrator", "alice")

    def auditor(self):
        return self.client("--role", "auditor", "otto")

    def voter(self, voter_id, *options):
        return self.client("--role", "voter", *options, voter_id)

    def token(self, *words):
        return run(0, self.program, "token", "--data", self.data, *words, cwd=self.folder).strip()

    def invites(self, election):
        """The token of each voter of an election, by email."""
        lines = run(0, self.program, "invite", "--data", self.data, election, cwd=self.folder).splitlines()
        return {email: link.split("#invite=")[1] for email, _, link in (line.split("\t") for line in lines)}

    @property
    def store(self):
        return "sqlite:" + os.path.join(self.data, "events.db")

    @property
    def cache(self):
        return "sqlite:" + os.path.join(self.data, "cache.db")


def clean_environment():
    return {name: value for name, value in os.environ.items() if not name.startswith("PHOTOVOTE_")}


def run(status, *words, **more):
    """Runs a command that must exit with the status; what it printed."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=2 * LIMIT,
                          check=False, env=clean_environment(), **more)
    if done.returncode != status:
        raise Failed("%s: exit status %d, not %d\n%s%s" % (
            " ".join(words), done.returncode, status, done.stdout[-2000:].decode(), done.stderr[-2000:].decode()))
    return done.stdout.decode()


def in_threads(tasks):
    """Runs all at once to their ends; then raises what the first that failed raised."""
    failures = []

    def attempt(task):
        try:
            task()
        except BaseException as why:  # pylint: disable=broad-except
            failures.append(why)

    threads = [threading.Thread(target=attempt, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def at_once(tasks):
    """Runs all at the same moment, as near as threads can; what each gave, in order."""
    barrier, given = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run_one(at, task):
        barrier.wait(LIMIT)
        given[at] = task()

    in_threads([lambda at=at, task=task: run_one(at, task) for at, task in enumerate(tasks)])
    return given


def records(audit, server, folder):
    """All that is recorded, as the audit copies it."""
    copy = os.path.join(folder, "copy.ndjson")
    if os.path.exists(copy):
        os.remove(copy)
    run(0, audit, "pull", server.store, "-o", copy)
    with open(copy, encoding="utf-8") as file:
        return [json.loads(line) for line in file]
