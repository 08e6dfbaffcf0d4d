"""Several at once, where only one may win; and what one of them sees of the other.

usage: races.py PHOTOVOTE PHOTOVOTE_AUDIT [CLASS[.TEST]...]
"""

import collections
import os
import sys
import tempfile
import threading
import unittest

import client
import parts

PROGRAM, AUDIT = (os.path.abspath(path) for path in sys.argv[1:3])
ROUNDS = 15


class Race(unittest.TestCase):
    """Each on an election of its own, on one server."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="races-", dir=os.getcwd())
        cls.addClassCleanup(folder.cleanup)
        cls.folder, cls.ids = folder.name, client.Ids(4)
        cls.server = client.Server(PROGRAM, cls.folder, *cls.OPTIONS).start()
        cls.addClassCleanup(cls.server.kill)

    @classmethod
    def tearDownClass(cls):
        """Whatever happened: the events are sound, and the cache is what they say."""
        assert cls.server.stop() == 0, cls.server.said()
        assert '"level":"error"' not in cls.server.said(), cls.server.said()
        parts.check_rebuild(AUDIT, cls.server, cls.folder)

    def paper(self):
        return client.Paper(self.server, self.ids)

    def again(self, who):
        return client.Client(self.server, who.token)

    def race(self, *senders):
        """Sends at once; the answers. Each sender is (client, event) or (client, event, expected version)."""
        def one(who, event, version=None):
            headers = {} if version is None else {"PV_Expected_Version": version}
            return lambda: client.send_safely(who, event, **headers)
        return client.at_once([one(*sender) for sender in senders])

    def assert_one_wins(self, code, answers):
        self.assertEqual({None: 1, code: len(answers) - 1}, dict(collections.Counter(answer.code for answer in answers)), answers)
        winner, = (answer for answer in answers if answer.code is None)
        self.assertEqual(200, winner.status)
        return winner

    def stars(self, paper, who):
        return who.must(200, "GET", "/election/%s/ballot/mine" % paper.election)["ratings"].get(paper.competition, {})


class Administrators(Race):
    def test_two__add_the_same_id__one_wins(self):
        paper = self.paper()
        one, other = paper.administrator, self.server.administrator()
        for _ in range(ROUNDS):
            voter = self.ids()
            winner = self.assert_one_wins("voter_exists", self.race(*(
                (who, paper.event("Voter.VoterRegistered", voter_id=voter, name=name, email=name + voter + "@example.org"))
                for who, name in ((one, "ada"), (other, "bo")))))
            page = one.must(200, "GET", "/election/%s/voters?limit=1000" % paper.election)["voters"]
            self.assertEqual(1, sum(it["id"] == voter for it in page), page)
            self.assertGreater(winner.json["number"], 0)

    def test_two__register_one_email_in_two_spellings__one_wins(self):
        paper = self.paper()
        for at in range(ROUNDS):
            self.assert_one_wins("voter_email_taken", self.race(*(
                (who, paper.event("Voter.VoterRegistered", voter_id=self.ids(), name="x", email=email % at))
                for who, email in ((paper.administrator, "x%d@example.org"), (self.server.administrator(), "X%d@EXAMPLE.org")))))

    def test_two__use_one_event_id_for_two_events__one_wins(self):
        paper = self.paper()
        for at in range(ROUNDS):
            first, second = (paper.event("Election.ElectionNameChanged", name="%s %d" % (name, at)) for name in "ab")
            second[1]["id"] = first[1]["id"]
            self.assert_one_wins("event_id_reused", self.race(
                (paper.administrator, first), (self.server.administrator(), second)))

    def test_one__sends_one_event_from_many_connections__it_is_recorded_once(self):
        paper = self.paper()
        connections = [self.again(paper.administrator) for _ in range(6)]
        for at in range(ROUNDS):
            event = paper.event("Election.ElectionNameChanged", name="Named %d" % at)
            answers = self.race(*((who, event) for who in connections))
            self.assertEqual([200] * len(answers), [answer.status for answer in answers])
            self.assertEqual(1, len({answer.json["number"] for answer in answers}), answers)

    def test_many__change_at_an_expected_version__one_wins_each_version(self):
        """What a compare-and-swap is for: of all who have seen a version one goes on from it."""
        paper = self.paper()
        clients, wins = [self.again(paper.administrator) for _ in range(5)], 8
        path = "/election/" + paper.election
        won = collections.Counter()

        def count_up(me):
            mine = 0
            while mine < wins:
                version = clients[me].must(200, "GET", path)["version"]
                event = paper.event("Election.ElectionNameChanged", name="%d after %d" % (me, version))
                answer = client.send(clients[me], event, PV_Expected_Version=version)
                if answer.status == 200:
                    self.assertEqual(version + 1, answer.json["number"])
                    won[version] += 1
                    mine += 1
                else:
                    self.assertEqual((412, "wrong_version"), (answer.status, answer.code))

        first = paper.administrator.must(200, "GET", path)["version"]
        client.in_threads([lambda me=me: count_up(me) for me in range(len(clients))])
        self.assertEqual({first + at: 1 for at in range(len(clients) * wins)}, dict(won))

    def test_expected_version__of_a_group_that_is_judged_together(self):
        paper = self.paper()
        connections = [self.again(paper.administrator) for _ in range(6)]
        version = paper.administrator.must(200, "GET", "/election/" + paper.election)["version"]
        for at in range(ROUNDS):
            self.assert_one_wins("wrong_version", self.race(*(
                (who, paper.event("Election.ElectionNameChanged", name="x"), version + at) for who in connections)))

    def test_repetition__at_the_version_that_it_had__answers_as_the_first_time(self):
        paper = self.paper()
        version = paper.administrator.must(200, "GET", "/election/" + paper.election)["version"]
        event = paper.event("Election.ElectionNameChanged", name="x")
        first, = self.race((paper.administrator, event, version))
        again, = self.race((paper.administrator, event, version))
        self.assertEqual((200, first.json["number"]), (again.status, again.json["number"]))


class Voters(Race):
    def test_double_ballot__from_two_connections__one_wins(self):
        paper = self.paper()
        for at in range(ROUNDS):
            who, voter, _ = paper.voter(with_ballot=False)
            others = (self.again(who), paper.administrator) if at % 2 else (self.again(who),)
            events = [paper.event("Ballot.BallotCreated", voter_id=voter, ballot_id=self.ids()) for _ in range(1 + len(others))]
            winner = self.assert_one_wins("ballot_already_issued", self.race(*zip((who, *others), events)))
            mine = who.must(200, "GET", "/election/%s/ballot/mine" % paper.election)
            sent, = (event for event in events if event[1]["id"] == winner.json["id"])
            self.assertEqual(sent[1]["ballot_id"], mine["id"])

    def test_one_ballot_id__of_two_voters__one_wins(self):
        paper = self.paper()
        for _ in range(ROUNDS // 3):
            (one, one_id, _), (other, other_id, _) = (paper.voter(with_ballot=False) for _ in range(2))
            ballot = self.ids()
            self.assert_one_wins("ballot_exists", self.race(
                (one, paper.event("Ballot.BallotCreated", voter_id=one_id, ballot_id=ballot)),
                (other, paper.event("Ballot.BallotCreated", voter_id=other_id, ballot_id=ballot))))

    def test_ballot__cast_from_many_connections__is_cast_once(self):
        paper = self.paper()
        for _ in range(ROUNDS // 3):
            who, _, ballot = paper.voter()
            self.assertEqual(200, client.send(who, paper.rating(ballot, 4)).status)
            self.assert_one_wins("ballot_cast", self.race(*(
                (self.again(who), paper.event("Ballot.BallotCast", ballot_id=ballot)) for _ in range(4))))

    def test_ballot__rated_while_it_is_cast__counts_as_it_was_cast(self):
        paper = self.paper()
        for _ in range(ROUNDS // 3):
            who, _, ballot = paper.voter()
            self.assertEqual(200, client.send(who, paper.rating(ballot, 1)).status)
            cast, *rated = self.race((who, paper.event("Ballot.BallotCast", ballot_id=ballot)),
                                     *((self.again(who), paper.rating(ballot, stars)) for stars in (2, 3, 4, 5)))
            self.assertEqual(200, cast.status)
            final, last = 1, -1
            for stars, answer in zip((2, 3, 4, 5), rated):
                if answer.status == 200:
                    self.assertLess(answer.json["number"], cast.json["number"])
                    final, last = (stars, answer.json["number"]) if answer.json["number"] > last else (final, last)
                else:
                    self.assertEqual("ballot_cast", answer.code)
            self.assertEqual({paper.candidates[0]: final}, self.stars(paper, who))

    def test_election__closed_under_the_voters__counts_what_was_cast_before(self):
        paper = self.paper()
        voters = [paper.voter() for _ in range(6)]
        cast = {}
        close = paper.close_event()
        started = threading.Semaphore(0)

        def vote(who, _, ballot):
            """Rates, casts, and is told at some point that the election is closed."""
            stars = None
            for at in range(1000):
                answer = client.send(who, paper.rating(ballot, at % 5 + 1))
                started.release()
                if answer.status != 200:
                    self.assertEqual("election_closed", answer.code)
                    return
                stars = at % 5 + 1
                if at == 12 and ballot[-1] in "02468ACEGJMPRTWY":
                    answer = client.send(who, paper.event("Ballot.BallotCast", ballot_id=ballot))
                    if answer.status == 200:
                        cast[ballot] = (stars, answer.json["number"])
                    else:
                        self.assertEqual("election_closed", answer.code)
                    return
            self.fail("it is never closed")

        def close_it():
            for _ in range(60):
                self.assertTrue(started.acquire(timeout=client.LIMIT))
            answer = client.send(paper.administrator, close)
            self.assertEqual(200, answer.status)
            self.number = answer.json["number"]

        client.in_threads([lambda voter=voter: vote(*voter) for voter in voters] + [close_it])
        self.assertTrue(all(number < self.number for _, number in cast.values()))
        results = client.Client(self.server).must(200, "GET", "/election/%s/results" % paper.election)
        self.assertEqual((len(cast), self.number), (results["ballots_cast"], results["version"]))
        candidate, = (it for it in results["competitions"][0]["candidates"] if it["id"] == paper.candidates[0])
        self.assertEqual((len(cast), sum(stars for stars, _ in cast.values())), (candidate["ratings"], candidate["sum"]))

    def test_voter__reaches_no_other_ballot(self):
        paper = self.paper()
        (_, mine_id, mine), (other, _, _) = (paper.voter() for _ in range(2))
        for event in (paper.rating(mine, 1), paper.event("Ballot.BallotCast", ballot_id=mine),
                      paper.event("Ballot.BallotCreated", voter_id=mine_id, ballot_id=self.ids()),
                      paper.close_event()):
            answer = client.send(other, event)
            self.assertEqual((403, "not_allowed"), (answer.status, answer.code), event)
        for event in (paper.rating(mine, 1), paper.event("Ballot.BallotCast", ballot_id=mine)):
            self.assertEqual("not_allowed", client.send(paper.administrator, event).code)
            self.assertEqual("not_allowed", client.send(self.server.auditor(), event).code)
            self.assertEqual("token_missing", client.send(client.Client(self.server), event).code)

    def test_stream__while_many_write__has_each_change_once_in_order(self):
        """Also when it is taken up again, by another connection, from the last one that was seen."""
        paper = self.paper()
        voters = [paper.voter() for _ in range(4)]
        wanted, seen = 160, []
        over = threading.Event()

        def write(who, _, ballot):
            at = 0
            while not over.is_set():
                self.assertEqual(200, client.send(who, paper.rating(ballot, at % 5 + 1)).status)
                at += 1

        def listen():
            try:
                while len(seen) < wanted:
                    who = self.server.auditor()
                    headers = {"Authorization": "Bearer " + who.token}
                    if seen:
                        headers["Last-Event-ID"] = str(seen[-1])
                    connection = who.connect()
                    connection.request("GET", "/election/%s/live" % paper.election, headers=headers)
                    answer = connection.getresponse()
                    self.assertEqual(200, answer.status)
                    told, number = 0, None
                    while told < wanted // 4:
                        line = answer.readline().decode().rstrip("\n")
                        if line.startswith("id: "):
                            number = int(line[4:])
                        elif line.startswith("event: ") and line != "event: state":
                            seen.append(number)
                            told += 1
                    who.close()
            finally:
                over.set()

        client.in_threads([lambda voter=voter: write(*voter) for voter in voters] + [listen])
        self.assertEqual(list(range(seen[0], seen[0] + len(seen))), seen)


class Crowd(Race):
    """A queue for one event: most are told to come again."""

    OPTIONS = ("--queue", "1")

    def test_many__at_a_queue_that_is_full__are_told_so_and_recorded_once_when_they_come_again(self):
        paper = self.paper()
        voters = [paper.voter() for _ in range(8)]
        busy = collections.Counter()

        def rate(who, _, ballot):
            for at in range(12):
                event = paper.rating(ballot, at % 5 + 1)
                answer = client.send_safely(who, event)
                while answer.status == 503:
                    self.assertEqual(("busy", "1"), (answer.code, answer.headers["Retry-After"]))
                    busy[ballot] += 1
                    answer = client.send_safely(who, event)
                self.assertEqual(200, answer.status)

        client.in_threads([lambda voter=voter: rate(*voter) for voter in voters])
        self.assertGreater(sum(busy.values()), 0)
        mine = [record for record in client.records(AUDIT, self.server, self.folder)
                if record["type"].endswith("BallotCandidateRated")]
        self.assertEqual(len(voters) * 12, len(mine))
        self.assertEqual(len(mine), len({record["data"]["id"] for record in mine}))


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 15:
        sys.exit("only %d tests are left" % tests.countTestCases())
    if sys.argv[3:]:
        tests = unittest.defaultTestLoader.loadTestsFromNames(sys.argv[3:], sys.modules["__main__"])
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
