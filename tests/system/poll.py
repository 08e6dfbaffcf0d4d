"""Real polls through the HTTP API, voter by voter with tokens of their own; then the results, the audit and the cache.

usage: poll.py PHOTOVOTE PHOTOVOTE_AUDIT TREE CSV[:VOTERS]...

VOTERS: only so many of the first of the poll. The results must equal the count that tests/peer/poll_tally.py makes of the
table, and those of a whole poll the committed fixtures/polls/*.tally.tsv.
"""

import hashlib
import json
import os
import sys
import tempfile

TREE = os.path.abspath(sys.argv[3])
sys.path.insert(0, os.path.join(TREE, "tests", "peer"))

import client  # noqa: E402
import parts  # noqa: E402
import poll_tally  # noqa: E402

PROGRAM, AUDIT = (os.path.abspath(path) for path in sys.argv[1:3])
THREADS = 8
OPENED, CLOSED = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def check(holds, *what):
    if not holds:
        raise client.Failed(" ".join(str(word) for word in what))


class Poll:
    def __init__(self, server, name, names, ballots):
        self.server, self.name, self.names, self.ballots = server, name, names, ballots
        self.ids = client.Ids(1)
        self.administrator = server.administrator()
        self.election, self.competition = self.ids(), self.ids()
        self.candidates = [self.ids() for _ in names]
        self.voters = [self.ids() for _ in ballots]
        self.events = 0
        self.tokens = {}

    def record(self, who, event, **data):
        """Sends an event that must be recorded; the answer."""
        answer = client.send_safely(who, (event, {"id": self.ids(), "election_id": self.election, **data}))
        check(answer.status == 200, event, data, answer)
        self.events += 1
        return answer.json

    def email(self, at):
        return "voter-%d@example.org" % at

    def prepare(self):
        it = self.administrator
        self.record(it, "Election.ElectionCreated", name=self.name, description=None)
        self.record(it, "Competition.CompetitionAdded", competition_id=self.competition, name="The poll")
        for candidate, name in zip(self.candidates, self.names):
            self.record(it, "Candidate.CandidateAdded", competition_id=self.competition, candidate_id=candidate, name=name)
        for at, voter in enumerate(self.voters):
            self.record(it, "Voter.VoterRegistered", voter_id=voter, name="Voter %d" % at, email=self.email(at))
        self.record(it, "Election.ElectionOpened", open_date=OPENED)

    def invite(self):
        """Tokens as `invite` hands them out; every two hundredth voter has one of `token` instead."""
        self.tokens = self.server.invites(self.election)
        check(set(self.tokens) == {self.email(at) for at in range(len(self.voters))}, "not every voter is invited, or others")
        for at in range(0, len(self.voters), 200):
            self.tokens[self.email(at)] = self.server.token("--role", "voter", self.voters[at])

    def vote(self, who, at):
        """One voter: gets the ballot (every third one from the administrator), rates, casts, and looks at it."""
        who.token = self.tokens[self.email(at)]
        issuer, whose = who, {"voter_id": self.voters[at]}
        if at % 3 == 0:
            issuer = client.Client(self.server, self.administrator.token)
        made = self.record(issuer, "Ballot.BallotCreated", **whose, **({} if at % 2 else {"ballot_id": self.ids()}))
        if issuer is not who:
            issuer.close()
        mine = who.must(200, "GET", "/election/%s/ballot/mine" % self.election)
        check(mine["voter_id"] == self.voters[at] and mine["ratings"] == {}, "a new ballot is", mine)
        check(at % 2 == 0 or made["ballot_id"] == mine["id"], made, "is not", mine)
        stars = {candidate: rating for candidate, rating in zip(self.candidates, self.ballots[at]) if rating > 0}
        for candidate, rating in stars.items():
            self.record(who, "Ballot.BallotCandidateRated", ballot_id=mine["id"], competition_id=self.competition,
                        candidate_id=candidate, rating=rating)
        cast = client.send(who, ("Ballot.BallotCast", {"election_id": self.election, "ballot_id": mine["id"]}))
        check(cast.status == 200 if stars else cast.code == "ballot_empty", "cast", stars, cast)
        self.events += cast.status == 200
        # What was answered with 200 is in what the caller reads next.
        mine = who.must(200, "GET", "/election/%s/ballot/mine" % self.election)
        check(mine["cast"] is bool(stars) and mine["ratings"] == ({self.competition: stars} if stars else {}), mine)

    def vote_all(self):
        def some(first):
            who = client.Client(self.server)
            for at in range(first, len(self.voters), THREADS):
                self.vote(who, at)
            who.close()

        client.in_threads([lambda first=first: some(first) for first in range(THREADS)])

    def close(self):
        path = "/election/%s/results" % self.election
        anybody = client.Client(self.server)
        for who in (anybody, client.Client(self.server, self.tokens[self.email(0)])):
            check(who.get(path).code == "not_allowed", "results of an open election are not everybody's:", who.get(path))
        self.record(self.administrator, "Election.ElectionClosed", close_date=CLOSED)
        answer = anybody.get(path)
        check(answer.status == 200, answer)
        return answer.body

    def check_results(self, printed, csv):
        """Against the independent count, as poll_tally.py compares a printed tally."""
        results = json.loads(printed, parse_int=str, parse_float=str)
        check(results["phase"] == "closed", results["phase"])
        different = poll_tally.compare(self.names, self.ballots, results)
        check(not different, "the results differ from the count:\n" + "\n".join(different))
        if csv is not None:
            with open(csv[:-len(".csv")] + ".tally.tsv", encoding="utf-8") as file:
                counted = [line.rstrip("\n").split("\t") for line in file][1:]
            check(poll_tally.printed_rows(results) == counted, "the results are not those of", file.name)


def check_audit(server, folder, poll, results, document):
    """The audit of what the server left: nothing found, the same results, a cache that is a rebuild's byte for byte."""
    said = client.run(0, AUDIT, "verify", server.store)
    check(said == "%d records in 1 stream: no finding\n" % poll.events, said, "of", poll.events)
    check(client.run(0, AUDIT, "replay", "--print", "tally", server.store).strip().encode() == results, "another tally")
    stream, version, state = client.run(0, AUDIT, "replay", "--print", "hash", server.store).split()
    check(stream == "Election-" + poll.election and int(version) == poll.events - 1, stream, version)
    check(state == hashlib.sha256(document).hexdigest(), "the document that was served is another")
    pages = 1 + -(-len(poll.voters) // 128) + -(-len(poll.voters) // 16)
    found = parts.check_rebuild(AUDIT, server, folder)
    check(found == pages, "a rebuild has %d parts, not %d" % (found, pages))


def run_poll(csv, voters):
    names, ballots = poll_tally.read_ballots(csv)
    if voters is not None:
        ballots, whole = ballots[:voters], None
    else:
        whole = csv
    with tempfile.TemporaryDirectory(prefix="poll-", dir=os.getcwd()) as folder:
        server = client.Server(PROGRAM, folder).start()
        try:
            poll = Poll(server, os.path.basename(csv), names, ballots)
            poll.prepare()
            poll.invite()
            poll.vote_all()
            results = poll.close()
            poll.check_results(results, whole)
            document = server.auditor().get("/election/%s/document" % poll.election).body
            status = server.stop()
            check(status == 0, "exit status", status, server.said())
            check('"level":"error"' not in server.said(), server.said())
        finally:
            server.kill()
        check_audit(server, folder, poll, results, document)
    print("%s: %d voters, %d events over HTTP, equal" % (os.path.basename(csv), len(ballots), poll.events))


for word in sys.argv[4:]:
    path, _, count = word.partition(":")
    run_poll(os.path.abspath(path), int(count) if count else None)
