"""A server that is killed again and again while many clients work: what was acknowledged is there, once, and nothing else.

usage: kill.py PHOTOVOTE PHOTOVOTE_AUDIT --kills N [--seed S]

Voters rate, administrators register voters, issue ballots and rename elections; an event whose answer was lost is asked for
and sent again under its id. SIGKILL comes after a number of answers, or while the server starts. After each start, before the
clients go on, and at the end, everything that is recorded is held against everything that was sent and answered.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time

import client
import parts

ELECTIONS, VOTERS, CANDIDATES = 3, 4, 5
OPENED, CLOSED = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
ANSWERS_MAX = 60  # before a kill


def check(holds, *what):
    if not holds:
        raise client.Failed(" ".join(str(word) for word in what))


def without_nulls(data):
    """null is as good as absent."""
    return {key: value for key, value in data.items() if value is not None}


class Sent:
    """An event that somebody sends until it is answered, and what is known of it."""

    def __init__(self, name, data, who):
        self.name, self.data, self.who = name, data, who
        self.number = self.position = None  # of an answer 200
        self.refused = None  # the code of a refusal
        self.lost = self.later = 0  # answers that never came; 202
        self.order = None  # of what its sender sent before: the number of the last one that was recorded

    @property
    def settled(self):
        return self.number is not None or self.refused is not None


class Ledger:
    """Everything that was ever sent, by id; and how many answers have come."""

    def __init__(self):
        self.sent = {}
        self.answers = 0
        self.goal = self.set_off = None
        self.changed = threading.Condition()

    def add(self, sent):
        with self.changed:
            self.sent[sent.data["id"]] = sent

    def unsettled(self):
        with self.changed:
            return [sent for sent in self.sent.values() if not sent.settled]

    def answered(self, sent, answer):
        """Notes an answer, which must agree with all before it. One of them sets the kill off, as soon as it is there."""
        with self.changed:
            self.answers += 1
            if self.answers == self.goal:
                self.set_off()
            if answer.status == 200:
                got = answer.json
                check(got["stream"] == "Election-" + sent.data["election_id"], sent.data, answer)
                check(sent.number in (None, got["number"]), "two numbers of", sent.data, sent.number, answer)
                check(sent.refused is None, "recorded after it was refused:", sent.data, answer)
                sent.number = got["number"]
                sent.position = sent.position if got["position"] is None else got["position"]
            elif answer.status == 202:
                check(answer.headers["Location"] == "/event/" + sent.data["id"], answer.headers)
                sent.later += 1
            elif answer.status != 503:
                check(400 <= answer.status < 500, sent.data, answer)
                check(sent.number is None, "refused after it was recorded:", sent.data, sent.number, answer)
                sent.refused = answer.code
            self.changed.notify_all()

    def lost(self, sent):
        with self.changed:
            sent.lost += 1

    def after(self, more, set_off):
        """From now on the answer that makes it so many more calls set_off at once."""
        with self.changed:
            self.goal, self.set_off = self.answers + more, set_off

    def wait(self):
        with self.changed:
            check(self.changed.wait_for(lambda: self.answers >= self.goal, client.LIMIT), "no answers any more")


class World:
    """The server, what was sent to it, and the gate that clients go through while it is there to work."""

    def __init__(self, server, random_):
        self.server, self.random = server, random_
        self.ids = client.Ids(2)
        self.ledger = Ledger()
        self.open = threading.Event()
        self.over = False
        self.failed = None
        self.lines = b""  # of all records up to the last check
        self.records = {}  # by event id

    def fail(self, why):
        if self.failed is None:
            self.failed = why
        with self.ledger.changed:
            self.ledger.changed.notify_all()


class Sender:
    """A client with a token that sends one event after the other, each until it is settled."""

    def __init__(self, world, election, token, who, seed):
        self.world, self.election, self.who = world, election, who
        self.client = client.Client(world.server, token)
        self.second = client.Client(world.server, token)
        self.random = random.Random(seed)
        self.last = -1  # the number of what it last had recorded
        self.waiting = None  # what is not settled yet

    def ask_for(self, sent):
        """What /event/{id} says of it; None if the server went."""
        try:
            answer = self.client.ask("GET", "/event/" + sent.data["id"])
        except client.Lost:
            return None
        check(answer.status == 200, "/event/", sent.data, answer)
        return answer.json

    def look_up(self, sent):
        """After a 202: the truth is at that address, sooner or later. Later may mean after the next start, sent again."""
        def known():
            status = self.ask_for(sent)
            return status is None or status["status"] != "unknown"
        client.until(lambda: known() or not self.world.open.is_set(), sent.data)

    def once(self, sender, sent):
        try:
            self.world.ledger.answered(sent, client.send(sender, (sent.name, sent.data)))
        except client.Lost:
            self.world.ledger.lost(sent)

    def settle(self, event, **data):
        """Sends it, and again; gives it when it is recorded or refused."""
        sent = Sent(event, {"id": self.world.ids(), "election_id": self.election, **data}, self.who)
        sent.order = self.last
        self.world.ledger.add(sent)
        self.waiting = sent
        while not sent.settled:
            check(self.world.open.wait(client.LIMIT), "the server does not come back")
            check(self.world.failed is None, "somebody else failed")
            if sent.lost and self.random.random() < 0.5:
                self.ask_for(sent)
            elif self.random.random() < 0.1:
                client.in_threads([lambda s=s: self.once(s, sent) for s in (self.client, self.second)])
            else:
                self.once(self.client, sent)
            if sent.later and not sent.settled:
                self.look_up(sent)
        if sent.number is not None:
            self.last = sent.number
        self.waiting = None
        return sent

    def run(self):
        try:
            while not self.world.over:
                self.step()
        except BaseException as why:  # pylint: disable=broad-except
            self.world.fail(why)

    def step(self):
        raise NotImplementedError


class Administrator(Sender):
    def step(self):
        voter, email = self.world.ids(), self.random.choice(("Voter-%d@example.org", "voter-%d@EXAMPLE.ORG")) % self.random.randrange(10**6)
        kind = self.random.random()
        if kind < 0.2:
            check(self.settle("Election.ElectionNameChanged", name="Named %d" % self.random.randrange(10**6)).number is not None)
        elif kind < 0.3:
            check(self.settle("Election.ElectionOpened", open_date=OPENED).refused == "election_opened")
        else:
            made = self.settle("Voter.VoterRegistered", voter_id=voter, name="Anybody", email=email)
            check(made.number is not None or made.refused == "voter_email_taken", made.data, made.refused)
            made = self.settle("Ballot.BallotCreated", voter_id=voter, ballot_id=self.world.ids())
            check(made.number is not None or made.refused == "voter_unknown", made.data, made.refused)


class Voter(Sender):
    """Knows what is on its ballot: each refusal of taking back what is not there must be right."""

    def __init__(self, world, election, token, voter, paper, seed):
        super().__init__(world, election, token, "voter:" + voter, seed)
        self.voter, self.paper = voter, paper
        self.ballot = world.ids()
        self.ratings = {}

    def step(self):
        candidate = self.random.choice(self.paper[1])
        rating = self.random.choice((1, 2, 3, 4, 5, None))
        sent = self.settle("Ballot.BallotCandidateRated", ballot_id=self.ballot, competition_id=self.paper[0],
                           candidate_id=candidate, rating=rating)
        if rating is None:
            expected = None if candidate in self.ratings else "rating_unknown"
            check(sent.refused == expected, "taking back what is", self.ratings.get(candidate), sent.data, sent.refused)
            self.ratings.pop(candidate, None)
        else:
            check(sent.number is not None, sent.data, sent.refused)
            self.ratings[candidate] = rating

    def check_ballot(self):
        mine = self.second.must(200, "GET", "/election/%s/ballot/mine" % self.election)
        rated = mine["ratings"].get(self.paper[0], {})
        check(rated == self.ratings, "reads", rated, "but was answered", self.ratings)
        return mine

    def finish(self):
        self.settle("Ballot.BallotCandidateRated", ballot_id=self.ballot, competition_id=self.paper[0],
                    candidate_id=self.paper[1][0], rating=5)
        self.ratings[self.paper[1][0]] = 5
        check(self.settle("Ballot.BallotCast", ballot_id=self.ballot).number is not None)
        check(self.settle("Ballot.BallotCast", ballot_id=self.ballot).refused == "ballot_cast")


def prepare(world, election, administrator):
    """An open election with voters that have tokens and ballots: a sender each."""
    paper = (world.ids(), [world.ids() for _ in range(CANDIDATES)])
    alice = Administrator(world, election, administrator, "administrator:alice", election)
    alice.settle("Election.ElectionCreated", name="Kill", description=None)
    alice.settle("Competition.CompetitionAdded", competition_id=paper[0], name="One")
    for candidate in paper[1]:
        alice.settle("Candidate.CandidateAdded", competition_id=paper[0], candidate_id=candidate, name="Somebody")
    voters = [world.ids() for _ in range(VOTERS)]
    for at, voter in enumerate(voters):
        alice.settle("Voter.VoterRegistered", voter_id=voter, name="Voter", email="%d@example.net" % at)
    alice.settle("Election.ElectionOpened", open_date=OPENED)
    tokens = world.server.invites(election)
    senders = [alice]
    for at, voter in enumerate(voters):
        it = Voter(world, election, tokens["%d@example.net" % at], voter, paper, voter)
        check(it.settle("Ballot.BallotCreated", voter_id=voter, ballot_id=it.ballot).number is not None)
        senders.append(it)
    return senders


class Check:
    """What is recorded against what was sent. The clients stand still meanwhile, and the server runs."""

    def __init__(self, world, audit, folder):
        self.world, self.audit = world, audit
        self.copy = os.path.join(folder, "copy.ndjson")
        self.who = world.server.auditor()
        self.voters = []

    def read(self):
        """All records, which begin with all that there were: nothing is gone, and nothing has changed."""
        if os.path.exists(self.copy):
            os.remove(self.copy)
        client.run(0, self.audit, "pull", self.world.server.store, "-o", self.copy)
        with open(self.copy, "rb") as file:
            lines = file.read()
        check(lines.startswith(self.world.lines), "records that were there are gone, or have changed")
        for line in lines[len(self.world.lines):].splitlines():
            record = json.loads(line)
            event_id = record["data"]["id"]
            check(event_id not in self.world.records, "recorded twice:", event_id)
            self.world.records[event_id] = record
        self.world.lines = lines

    def check_record(self, record):
        """What is recorded is what was sent, by whom it was sent."""
        sent = self.world.ledger.sent.get(record["data"]["id"])
        check(sent is not None, "nobody sent", record)
        check(record["type"] == client.EVENT + sent.name, record, "is not", sent.name)
        check(without_nulls(record["data"]) == without_nulls(sent.data), record, "is not what was sent:", sent.data)
        check(record["stream"] == "Election-" + sent.data["election_id"], record)
        check(record["metadata"]["who"] == sent.who, record["metadata"], "is not", sent.who)
        check(sent.refused is None, "was refused, and is recorded:", sent.refused, record)
        check(record["number"] > sent.order, "came before what was sent before it:", record)

    def check_answers(self):
        for event_id, sent in self.world.ledger.sent.items():
            record = self.world.records.get(event_id)
            if sent.number is not None:
                check(record is not None, "acknowledged, and gone:", sent.data, "number", sent.number)
                check(record["number"] == sent.number, "acknowledged as number", sent.number, "but it is", record)
                check(sent.position in (None, record["position"]), "position", sent.position, record)

    def check_lost(self):
        """Of each event that is not settled the server says itself whether it is recorded."""
        for sent in self.world.ledger.unsettled():
            said = self.who.must(200, "GET", "/event/" + sent.data["id"])
            record = self.world.records.get(sent.data["id"])
            check((said["status"] == "recorded") == (record is not None), said, record)
            check(record is None or (said["number"], said["position"]) == (record["number"], record["position"]), said, record)

    def check_reads(self):
        """Right after a start nobody reads what was before an answer that it had: all voters stand at the gate, and those
        of whom no answer was lost know what is on their ballots."""
        for voter in self.voters:
            client.until(lambda v=voter: v.waiting is not None, "a client comes to the gate")
            if not voter.waiting.lost and not voter.waiting.later:
                voter.check_ballot()

    def check_audit(self):
        last = {}
        for record in self.world.records.values():
            last[record["stream"]] = max(record["number"], last.get(record["stream"], -1))
        for stream, number in last.items():
            path = "/election/" + stream.partition("-")[2]
            client.until(lambda: self.who.get(path, PV_Min_Version=number).status == 200, "%s projected" % stream)
        client.run(0, self.audit, "verify", self.world.server.store)
        client.run(0, self.audit, "diff", self.world.server.store, "--against", self.world.server.cache)

    def __call__(self, with_audit=True):
        if self.world.server.port is not None:
            self.check_reads()
        self.read()
        for record in self.world.records.values():
            self.check_record(record)
        self.check_answers()
        if self.world.server.port is not None:
            self.check_lost()
        if with_audit:
            self.check_audit()


def damage_cache(world, audit):
    """The projection can always be thrown away, and the projector goes on from what a rebuild makes."""
    for name in ("cache.db", "cache.db-wal", "cache.db-shm"):
        path = os.path.join(world.server.data, name)
        if os.path.exists(path):
            os.remove(path)
    if world.random.random() < 0.5:
        client.run(0, audit, "rebuild", world.server.store, "--to", world.server.cache)


def kill(world):
    world.open.clear()
    world.server.kill()


def kill_again_and_again(world, checking, audit, kills):
    """Ends with a server that runs."""
    server, early = world.server, 0
    for at in range(kills):
        kill(world)
        if world.random.random() < 0.1:
            damage_cache(world, audit)
        # Now and then the verdict is told later (202).
        server.options = ["--verdict-ms", "10"] if world.random.random() < 0.3 else []
        if world.random.random() < 0.15:
            server.begin()
            time.sleep(world.random.random() * 0.3)  # nothing is waited for: the kill comes at any moment of a start
            early += 1
            continue
        server.start()
        checking(with_audit=kills < 50 or at % 10 == 0)
        world.ledger.after(world.random.randrange(1, ANSWERS_MAX), server.process.kill)
        world.open.set()
        world.ledger.wait()
        check(world.failed is None, world.failed)
    kill(world)
    server.options = []
    server.start()
    checking()
    world.open.set()
    return early


def finish(world, senders):
    """Everything is settled, cast and closed."""
    world.over = True
    for sender in senders:
        sender.thread.join(2 * client.LIMIT)
        check(world.failed is None and not sender.thread.is_alive(), world.failed, "a client did not end")
    client.in_threads([sender.finish for sender in senders if isinstance(sender, Voter)])
    for sender in senders:
        if isinstance(sender, Administrator):
            check(sender.settle("Election.ElectionClosed", close_date=CLOSED).number is not None)


def check_ballots(senders):
    """What each voter knows of its ballot is what is on it."""
    for sender in senders:
        if isinstance(sender, Voter):
            check(sender.check_ballot()["cast"], "not cast")


def report(world, kills, early):
    """What was reached, and that it was enough to mean something."""
    sent = list(world.ledger.sent.values())
    lost = [it for it in sent if it.lost]
    later = sum(it.later > 0 for it in sent)
    recorded = sum(it.number is not None for it in sent)
    print("%d kills, %d of them of a server that started; %d events, %d recorded, %d refused; answers lost of %d, 202 of %d" % (
        kills, early, len(sent), recorded, len(sent) - recorded, len(lost), later))
    check(len(lost) >= kills / 2 and len(sent) >= 5 * kills, "too little happened")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("audit")
    parser.add_argument("--kills", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    program, audit = os.path.abspath(given.program), os.path.abspath(given.audit)
    with tempfile.TemporaryDirectory(prefix="kill-", dir=os.getcwd()) as folder:
        world = World(client.Server(program, folder).start(), random.Random(given.seed))
        try:
            checking = Check(world, audit, folder)
            world.open.set()
            administrator = world.server.token("--role", "administrator", "alice")
            senders = [it for _ in range(ELECTIONS) for it in prepare(world, world.ids(), administrator)]
            for sender in senders:
                sender.thread = threading.Thread(target=sender.run, daemon=True)
                sender.thread.start()
            checking.voters = [sender for sender in senders if isinstance(sender, Voter)]
            early = kill_again_and_again(world, checking, audit, given.kills)
            finish(world, senders)
            check_ballots(senders)
            status = world.server.stop(signal.SIGTERM)
            check(status == 0, "exit status", status)
            checking(with_audit=False)
            check(not world.ledger.unsettled(), "not settled")
            parts.check_rebuild(audit, world.server, folder)
            check('"level":"error"' not in world.server.said(), world.server.said())
        except client.Failed:
            print(world.server.said()[-5000:], file=sys.stderr)
            raise
        finally:
            world.open.clear()
            world.server.kill()
    report(world, given.kills, early)


main()
