"""A server whose surroundings fail while it runs: a store that somebody else holds, a disk that is full, a cache that goes.

usage: trouble.py PHOTOVOTE PHOTOVOTE_AUDIT [TEST...]
"""

import os
import resource
import signal
import sqlite3
import sys
import tempfile
import unittest

import client
import parts

PROGRAM, AUDIT = (os.path.abspath(path) for path in sys.argv[1:3])


class Trouble(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="trouble-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder, self.ids = folder.name, client.Ids(5)
        # The counts that gcov writes at the end are apart: on a disk that is full they would be torn.
        apart = {"GCOV_PREFIX": os.path.join(self.folder, "counts"), "GCOV_ERROR_FILE": os.devnull}
        self.server = client.Server(PROGRAM, self.folder, "--verdict-ms", "100", environment=apart)
        self.addCleanup(self.server.kill)

    def path(self, name):
        return os.path.join(self.server.data, name)

    def hold(self, name):
        """Somebody else writes to a database, and does not end."""
        database = sqlite3.connect(self.path(name), isolation_level=None, timeout=client.LIMIT)
        self.addCleanup(database.close)
        database.execute("BEGIN IMMEDIATE")
        return database

    def status_of(self, paper, event):
        return paper.administrator.must(200, "GET", "/event/" + event[1]["id"])["status"]

    def is_ready(self, paper):
        answer = paper.administrator.get("/readyz")
        self.assertIn(answer.status, (200, 503))
        return answer.status == 200

    def send_into(self, paper, count=5):
        """Events whose verdict does not come in time."""
        events = [paper.event("Election.ElectionNameChanged", name="In trouble %d" % at) for at in range(count)]
        for event in events:
            answer = client.send_safely(paper.administrator, event)
            self.assertEqual((202, "/event/" + event[1]["id"]), (answer.status, answer.headers["Location"]), answer)
        return events

    def check_all(self, paper, events):
        """Each was recorded, once, in the order in which it was sent."""
        names = [record["data"].get("name") for record in client.records(AUDIT, self.server, self.folder)]
        sent = [event[1]["name"] for event in events]
        self.assertEqual(sent, [name for name in names if name in sent])

    def end(self):
        self.assertEqual(0, self.server.stop())
        parts.check_rebuild(AUDIT, self.server, self.folder)

    def start_and_send_again(self, paper, events):
        """What a server that was ended has not recorded, the next one does, and nothing twice."""
        self.server.start()
        for event in events:
            client.send_until_there_is_room(paper.administrator, event)
        client.until(lambda: all(self.status_of(paper, event) == "recorded" for event in events), "all recorded")
        self.check_all(paper, events)
        self.end()

    def test_store_that_is_held__records_later_what_was_answered_202(self):
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        holder = self.hold("events.db")
        events = self.send_into(paper)
        self.assertEqual({"unknown"}, {self.status_of(paper, event) for event in events})
        client.until(lambda: not self.is_ready(paper), "it says that it is not ready")
        holder.execute("ROLLBACK")
        client.until(lambda: all(self.status_of(paper, event) == "recorded" for event in events), "all recorded")
        client.until(lambda: self.is_ready(paper), "it says that it is ready")
        self.check_all(paper, events)
        self.assertEqual(200, client.send_safely(paper.administrator, events[0]).status)
        self.check_all(paper, events)
        self.end()

    def test_store_that_is_held__keeps_no_server_from_ending(self):
        """What was answered 202 is not known then: it is sent again."""
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        holder = self.hold("events.db")
        events = self.send_into(paper)
        self.server.process.terminate()
        self.assertIn(self.server.wait(), (0, 1))
        holder.execute("ROLLBACK")
        self.start_and_send_again(paper, events)

    def test_cache_that_is_held__keeps_reads_behind_and_no_server_from_ending(self):
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        path = "/election/" + paper.election
        self.assertEqual(200, paper.administrator.get(path).status)
        holder = self.hold("cache.db")
        paper.record("Election.ElectionNameChanged", name="Behind")
        # Nobody is shown what was before the event that was answered.
        self.assertEqual((503, "projection_behind"), (lambda it: (it.status, it.code))(paper.administrator.get(path)))
        holder.execute("ROLLBACK")
        client.until(lambda: paper.administrator.get(path).status == 200, "the projection goes on")
        self.assertEqual("Behind", paper.administrator.get(path).json["name"])
        holder.execute("BEGIN IMMEDIATE")
        paper.record("Election.ElectionNameChanged", name="After")
        self.server.process.terminate()
        self.assertIn(self.server.wait(), (0, 1))
        holder.execute("ROLLBACK")
        self.server.start()
        client.until(lambda: client.Client(self.server).get(path).json["name"] == "After", "the projection goes on")
        self.end()

    def limit_files(self, most):
        """From now on the server cannot make a file larger: for it the disk is full."""
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def test_disk_that_is_full__acknowledges_nothing_and_goes_on_when_there_is_room(self):
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        self.limit_files(1)
        events = self.send_into(paper)
        client.until(lambda: not self.is_ready(paper), "it says that it is not ready")
        self.assertEqual({"unknown"}, {self.status_of(paper, event) for event in events})
        self.limit_files(resource.RLIM_INFINITY)
        client.until(lambda: all(self.status_of(paper, event) == "recorded" for event in events), "all recorded")
        self.check_all(paper, events)
        client.until(lambda: self.is_ready(paper), "it says that it is ready")
        self.end()

    def test_disk_that_is_full__keeps_no_server_from_ending(self):
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        self.limit_files(1)
        events = self.send_into(paper)
        self.server.process.send_signal(signal.SIGTERM)
        self.assertIn(self.server.wait(), (0, 1))
        self.start_and_send_again(paper, events)

    def test_election_that_is_damaged__stops_no_other(self):
        self.server.start()
        good, bad = client.Paper(self.server, self.ids), client.Paper(self.server, self.ids)
        self.assertEqual(0, self.server.stop())
        with sqlite3.connect(self.path("events.db")) as database:
            database.execute("UPDATE events SET data='{}' WHERE position=(SELECT max(position) FROM events)")
        database.close()
        self.server.start()
        event = bad.event("Election.ElectionNameChanged", name="In a stream that nobody can read")
        answer = client.send_safely(bad.administrator, event)
        self.assertIn(answer.status, (202, 503), answer)
        self.assertEqual(200, client.send_safely(
            good.administrator, good.event("Election.ElectionNameChanged", name="Goes on")).status)
        self.assertEqual((503, "unavailable"), (answer.status, answer.code))
        self.assertEqual("unknown", self.status_of(good, event))
        told = '"event":"given_up","commands":"1","election":"%s"' % bad.election
        client.until(lambda: told in self.server.said(), "the log says so")

    def test_server_that_stood_still__goes_on(self):
        self.server.start()
        paper = client.Paper(self.server, self.ids)
        self.server.process.send_signal(signal.SIGSTOP)
        event = paper.event("Election.ElectionNameChanged", name="While it stood")
        who = client.Client(self.server, paper.administrator.token)
        answers = []

        def send():
            answers.append(client.send_safely(who, event))

        def wake():
            client.until(lambda: is_stopped(self.server.process.pid), "it stands still")
            self.server.process.send_signal(signal.SIGCONT)

        client.in_threads([send, wake])
        self.assertIn(answers[0].status, (200, 202))
        client.until(lambda: self.status_of(paper, event) == "recorded", "it is recorded")
        self.end()


def is_stopped(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "T"


if __name__ == "__main__":
    names = sys.argv[3:]
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 7:
        sys.exit("only %d tests are left" % tests.countTestCases())
    if names:
        tests = unittest.TestSuite(Trouble(name) for name in names)
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
