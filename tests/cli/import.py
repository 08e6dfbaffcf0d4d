"""photovote-import from outside: the bytes it writes, held against a second implementation of the import that is
written here from its definition; what it says of bad rows; its exit statuses; and what it leaves behind.

usage: import.py PHOTOVOTE_IMPORT PHOTOVOTE_AUDIT FIXTURES
"""

import csv
import datetime
import gzip
import hashlib
import html
import io
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

IMPORT, AUDIT, FIXTURES = (os.path.abspath(path) for path in sys.argv[1:4])
POLLS = ["best_akali_skins", "libertarian_nomination_may_2020", "presidential_poll_july_2020"]
COUNTED = {  # candidates, voters, ratings, ballots cast: as the polls' README counts them
    "best_akali_skins": (16, 669, 9343, 668),
    "libertarian_nomination_may_2020": (22, 2909, 14276, 2894),
    "presidential_poll_july_2020": (7, 863, 2304, 860),
}
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HEAD = "voterID,voteTime,pollID,Ann,Bob\n"


# --- the second implementation ---

def ulid(seed, poll, kind, key, ms):
    parts = [str(part).encode() for part in (seed, poll, kind, key)]
    digest = hashlib.sha256(b"".join(b"%d:%s," % (len(part), part) for part in parts)).digest()
    bits = ms << 80 | int.from_bytes(digest[:10], "big")
    return "".join(BASE32[bits >> shift & 31] for shift in range(125, -1, -5))


def email(voter):
    plain = b"abcdefghijklmnopqrstuvwxyz0123456789.-_"
    local = "".join(chr(byte) if byte in plain else "=%02x" % byte for byte in voter.encode())
    if len(local) > 64:
        local = "=sha256." + hashlib.sha256(voter.encode()).hexdigest()[:48]
    return local + "@poll.invalid"


def expected_stream(content, name, seed=0):
    """The NDJSON of a poll; and the counts."""
    rows = [row for row in csv.reader(io.StringIO(content.removeprefix("\ufeff"), newline="")) if row]
    candidates = [html.unescape(cell) for cell in rows[0][3:]]
    votes = []
    for row in rows[1:]:
        time = datetime.datetime.fromisoformat(row[1]).replace(tzinfo=datetime.timezone.utc)
        votes.append((round(time.timestamp() * 1000), time.strftime("%Y-%m-%dT%H:%M:%SZ"), row))
    votes.sort(key=lambda vote: vote[0])
    poll, first, last = votes[0][2][2], votes[0], votes[-1]
    election = ulid(seed, poll, "election", "", first[0])
    competition = ulid(seed, poll, "competition", 1, first[0])
    pictures = [ulid(seed, poll, "candidate", i + 1, first[0]) for i in range(len(candidates))]
    lines, ratings, cast = [], 0, 0

    def event(vote, kind, who, **fields):
        number = len(lines)
        event_id = ulid(seed, poll, "event", number, vote[0])
        lines.append({"stream": "Election-" + election, "number": number, "type": "PhotoVote.Event." + kind,
                      "data": {"id": event_id, "election_id": election, **fields}, "id": event_id,
                      "created": vote[1], "metadata": {"who": who, "when": vote[1]}})

    event(first, "Election.ElectionCreated", "administrator:import", name=name)
    event(first, "Competition.CompetitionAdded", "administrator:import", competition_id=competition, name=name)
    for picture, candidate in zip(pictures, candidates):
        event(first, "Candidate.CandidateAdded", "administrator:import", competition_id=competition,
              candidate_id=picture, name=candidate)
    event(first, "Election.ElectionOpened", "administrator:import", open_date=first[1])
    for vote in votes:
        row = vote[2]
        voter, ballot = (ulid(seed, poll, kind, row[0], vote[0]) for kind in ("voter", "ballot"))
        event(vote, "Voter.VoterRegistered", "voter:" + voter, voter_id=voter, name=row[0], email=email(row[0]))
        event(vote, "Ballot.BallotCreated", "voter:" + voter, voter_id=voter, ballot_id=ballot)
        stars = [int(cell) for cell in row[3:]]
        for picture, rating in zip(pictures, stars):
            if rating:
                event(vote, "Ballot.BallotCandidateRated", "voter:" + voter, ballot_id=ballot,
                      competition_id=competition, candidate_id=picture, rating=rating)
                ratings += 1
        if any(stars):
            event(vote, "Ballot.BallotCast", "voter:" + voter, ballot_id=ballot)
            cast += 1
    event(last, "Election.ElectionClosed", "administrator:import", close_date=last[1])
    text = "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)
    return text, (len(candidates), len(votes), ratings, cast), "Election-" + election


# --- running ---

class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="import-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, content, name="poll.csv"):
        with open(self.path(name), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return self.path(name)

    def get(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def run_import(self, *words, status=0, **more):
        done = subprocess.run([IMPORT, *words], capture_output=True, cwd=self.folder, timeout=50, check=False, **more)
        self.assertEqual(done.returncode, status, done)
        if status == 0:
            self.assertEqual(done.stderr, b"")
        else:
            self.assertEqual(done.stdout, b"")
        return (done.stdout if status == 0 else done.stderr).decode()

    def audit(self, *words, status=0):
        done = subprocess.run([AUDIT, *words], capture_output=True, cwd=self.folder, timeout=50, check=False)
        self.assertEqual(done.returncode, status, done)
        return done.stdout.decode()

    def check_left(self, *names):
        """Nothing is in the folder but these."""
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(names))


class RealPolls(Case):
    def test_each_poll__is_the_stream_of_the_second_implementation(self):
        for poll in POLLS:
            with self.subTest(poll):
                source = os.path.join(FIXTURES, "polls", poll + ".csv")
                with open(source, encoding="utf-8", newline="") as file:
                    text, counts, stream = expected_stream(file.read(), poll)
                self.assertEqual(counts, COUNTED[poll])
                said = self.run_import(source, "-o", poll + ".ndjson")
                self.assertTrue(self.get(poll + ".ndjson") == text.encode(), "another stream is expected")
                self.assertEqual(said, "%s: %d candidates, %d voters, %d ratings, %d ballots cast, %d events\n"
                                 % (stream, *counts, text.count("\n")))
                self.assertIn("no finding", self.audit("verify", poll + ".ndjson"))
        self.check_left(*(poll + ".ndjson" for poll in POLLS))

    def test_each_destination__holds_the_same_election(self):
        source = os.path.join(FIXTURES, "polls", POLLS[2] + ".csv")
        self.run_import(source, "-o", "a.ndjson")
        self.run_import(source, "-o", "a.ndjson.gz")
        self.run_import(source, "-o", "a.ndjson.zst")
        self.run_import(source, "-o", "sqlite:a.db")
        self.assertEqual(gzip.decompress(self.get("a.ndjson.gz")), self.get("a.ndjson"))
        self.assertEqual(self.get("a.ndjson.zst")[:4], b"\x28\xb5\x2f\xfd")
        hashes = {self.audit("replay", "--print", "hash", name)
                  for name in ("a.ndjson", "a.ndjson.gz", "a.ndjson.zst", "sqlite:a.db")}
        self.assertEqual(len(hashes), 1)
        self.audit("pull", "sqlite:a.db", "-o", "b.ndjson")  # the times are the votes', not the store's
        without_position = [{key: value for key, value in json.loads(line).items() if key != "position"}
                            for line in self.get("b.ndjson").splitlines()]
        self.assertEqual(without_position, [json.loads(line) for line in self.get("a.ndjson").splitlines()])


class Reading(Case):
    def check_stream(self, content, name, *options, seed=0):
        self.put(content)
        self.run_import("poll.csv", "-o", "out.ndjson", *options)
        self.assertEqual(self.get("out.ndjson").decode(), expected_stream(content, name, seed)[0])
        self.assertIn("no finding", self.audit("verify", "out.ndjson"))
        os.unlink(self.path("out.ndjson"))

    def test_csv__of_every_spelling__is_read(self):
        self.check_stream("\ufeff" + HEAD + 'v1,"2024-02-24 18:00:00",p,"5",0\n', "poll")
        self.check_stream(HEAD.replace("\n", "\r\n") + "v1,2024-02-24 18:00:00,p,5,0\r\n\r\nv2,2024-02-24 18:00:00,p,0,0",
                          "poll")
        self.check_stream('voterID,voteTime,pollID,"A, ""B""",Tom &amp; J&eacute;r&#244;me\n'
                          '"v ""1"", x",2024-02-24 18:00:00,"p\u00e9",1,2\n', "poll")

    def test_voters__whose_ids_differ_in_case_or_are_long__have_emails_of_their_own(self):
        ids = ["ann", "Ann", "ANN", "=41nn", "a" * 64, "a" * 65, "b" * 200, "\u00e4\u00f6", "x y", "a@b"]
        rows = "".join("%s,2024-02-24 18:00:%02d,p,1,2\n" % (voter, i) for i, voter in enumerate(ids))
        self.check_stream(HEAD + rows, "poll")

    def test_rows__that_are_not_in_the_order_of_time__are_put_in_it(self):
        rows = ["v%d,2024-02-24 18:00:%02d,p,%d,%d\n" % (i, i * 7 % 5, i % 6, i * 3 % 6) for i in range(20)]
        self.check_stream(HEAD + "".join(rows), "poll")
        self.check_stream(HEAD + "".join(reversed(rows)), "poll")

    def test_name_and_seed__are_taken(self):
        rows = "v1,2024-02-24 18:00:00,p,5,0\n"
        self.check_stream(HEAD + rows, "A name, \u00fcber all", "--name", "A name, \u00fcber all")
        self.check_stream(HEAD + rows, "poll", "--seed=7", seed=7)
        self.check_stream(HEAD + rows, "poll", "--seed", "18446744073709551615", seed=2**64 - 1)

    def test_name__by_default__is_the_files_without_csv(self):
        rows = HEAD + "v1,2024-02-24 18:00:00,p,5,0\n"
        for file, name in [("x.csv", "x"), ("y.CSV", "y"), ("z.tsv", "z.tsv"), (".csv", ".csv")]:
            self.put(rows, file)
            self.run_import(self.path(file), "-o", file + ".out")
            self.assertEqual(self.get(file + ".out").decode(), expected_stream(rows, name)[0])

    def test_standard_input__is_called_by_the_poll(self):
        rows = HEAD + "v1,2024-02-24 18:00:00,the poll,5,0\n"
        self.run_import("-", "-o", "out.ndjson", input=rows.encode())
        self.assertEqual(self.get("out.ndjson").decode(), expected_stream(rows, "the poll")[0])


class BadRows(Case):
    def check_bad(self, content, *lines, problems=None):
        self.put(content)
        problems = len(lines) if problems is None else problems
        said = self.run_import("poll.csv", "-o", "out.ndjson", status=2)
        self.assertEqual(said.splitlines(), [*lines, "photovote-import: poll.csv: %d problem%s; nothing was written"
                                             % (problems, "" if problems == 1 else "s")])
        self.check_left("poll.csv")

    def test_each_bad_row__is_named_with_line_and_column(self):
        row = "%s,2024-02-24 18:00:00,p,%s\n"
        self.check_bad(HEAD + row % ("v1", "1,2") + row % ("v2", "1,7") + row % ("v3", "1") + row % ("v1", "1,2")
                       + "v4,yesterday,p,1,2\n" + "v5,2024-02-24 18:00:00,q,1,2\n" + row % ("", "1,2"),
                       'poll.csv:3:28: "7" is not a number of stars from 0 to 5 (column 5, Bob)',
                       "poll.csv:4:1: this row has 4 columns, not 5",
                       'poll.csv:6:4: "yesterday" is not a time (2024-02-24 18:00:00) (column 2, voteTime)',
                       'poll.csv:7:24: "q" is another poll than "p" in line 2 (column 3, pollID)',
                       "poll.csv:8:1: the voterID is empty (column 1, voterID)",
                       'poll.csv:5:1: the voterID "v1" has voted in line 2 (column 1, voterID)')

    def test_bytes__that_are_no_csv__are_named(self):
        self.check_bad(HEAD.encode() + b"v1,2024-02-24 18:00:00,p,\xff,2\nv\x002,2024-02-24 18:00:00,p,1,2\n",
                       "poll.csv:2:26: bytes that are not UTF-8 (column 4, Ann)",
                       "poll.csv:3:1: a NUL byte (column 1, voterID)")
        self.check_bad(HEAD + 'v1,2024-02-24 18:00:00,p,1,"2\n',
                       "poll.csv:2:28: the quote that begins here is never closed (column 5, Bob)")

    def test_headers__that_are_none__are_named(self):
        self.check_bad("", "poll.csv:1:1: the file is empty; it needs the columns voterID, voteTime, pollID and one a "
                           "candidate")
        self.check_bad(HEAD, "poll.csv:2:1: no voter's row follows the header")
        self.check_bad("voterID,voteTime,pollID,Ann\nv1,2024-02-24 18:00:00,p,1\n",
                       "poll.csv:1:1: there are fewer than 2 candidates: after voterID, voteTime and pollID comes one "
                       "column for each")

    def test_a_hundred_problems__are_all_shown_and_of_more_the_first(self):
        for problems in (100, 101):
            with self.subTest(problems):
                self.put(HEAD + "".join("v%d,2024-02-24 18:00:00,p,1,x\n" % i for i in range(problems)))
                said = self.run_import("poll.csv", "-o", "out.ndjson", status=2).splitlines()
                self.assertEqual(len(said), 101)
                self.assertTrue(said[99].startswith("poll.csv:101:"))
                expected = "101 problems, of which the first 100 are shown" if problems > 100 else "100 problems"
                self.assertEqual(said[100], "photovote-import: poll.csv: %s; nothing was written" % expected)
                self.check_left("poll.csv")

    def test_a_place__in_a_file_with_a_long_path__is_told(self):
        folder = "/".join(["d" * 200] * 6)
        os.makedirs(self.path(folder))
        self.put(HEAD + "v1,2024-02-24 18:00:00,p,1,x\n", folder + "/poll.csv")
        said = self.run_import(folder + "/poll.csv", "-o", "out.ndjson", status=2).splitlines()
        self.assertTrue(said[0].endswith('/poll.csv:2:28: "x" is not a number of stars from 0 to 5 (column 5, Bob)'), said)

    def test_sqlite_destination__is_not_made_for_a_bad_row(self):
        self.put(HEAD + "v1,2024-02-24 18:00:00,p,1,x\n")
        self.run_import("poll.csv", "-o", "sqlite:out.db", status=2)
        self.check_left("poll.csv")


class Failures(Case):
    MANY = ["v%d,2024-02-24 18:%02d:%02d,p,%d,%d\n" % (i, i // 60 % 60, i % 60, i % 6, i % 4) for i in range(40000)]
    ROWS = "".join(MANY[:2000])

    def setUp(self):
        super().setUp()
        self.put(HEAD + "".join(self.ROWS.splitlines(True)[:100]))

    def test_destination__that_exists__is_refused_and_kept(self):
        for name in ("out.ndjson", "out.ndjson.gz"):
            self.put("mine", name)
            self.assertEqual(self.run_import("poll.csv", "-o", name, status=2),
                             "photovote-import: cannot create '%s': it exists already\n" % name)
            self.assertEqual(self.get(name), b"mine")

    def test_files__that_cannot_be_read_or_written__are_named(self):
        self.assertEqual(self.run_import("none.csv", "-o", "out.ndjson", status=2),
                         "photovote-import: cannot open 'none.csv': No such file or directory\n")
        self.assertEqual(self.run_import(".", "-o", "out.ndjson", status=2),
                         "photovote-import: cannot read '.': Is a directory\n")
        self.assertEqual(self.run_import("poll.csv", "-o", "none/out.ndjson", status=2),
                         "photovote-import: cannot create 'none/out.ndjson': No such file or directory\n")
        self.check_left("poll.csv")

    def test_disk__that_is_full__leaves_nothing(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        for name in ("out.ndjson", "out.ndjson.gz"):
            self.assertEqual(self.run_import("poll.csv", "-o", name, status=2, preexec_fn=limit),
                             "photovote-import: cannot write '%s': File too large\n" % name)
            self.check_left("poll.csv")

    def test_interrupt__leaves_nothing(self):
        with subprocess.Popen([IMPORT, "-", "-o", "out.ndjson"], cwd=self.folder, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            # More than a pipe holds: once it is written, the program is reading, and minds signals. And all of it is good: of
            # a bad row it would tell, if it came as far before it saw the signal.
            process.stdin.write((HEAD + "".join(self.MANY)).encode())
            process.stdin.flush()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=50)
        self.assertEqual((process.returncode, out, err), (2, b"", b"photovote-import: interrupted\n"))
        self.check_left("poll.csv")

    def test_store__that_has_the_events_already__is_left_as_it_is(self):
        first = self.run_import("poll.csv", "-o", "sqlite:out.db")
        before = self.audit("replay", "--print", "hash", "sqlite:out.db")
        self.assertEqual(self.run_import("poll.csv", "-o", "sqlite:out.db"),
                         first.replace("\n", "; already there: 0 added\n"))
        self.assertEqual(self.audit("replay", "--print", "hash", "sqlite:out.db"), before)
        self.run_import("poll.csv", "-o", "sqlite:out.db", "--seed", "1")
        self.assertEqual(self.audit("replay", "--print", "hash", "sqlite:out.db").count("\n"), 2)

    def test_store__that_has_some_of_the_events__gets_the_others(self):
        first = self.run_import("poll.csv", "-o", "all.ndjson")
        lines = self.get("all.ndjson").decode().splitlines(True)
        self.put("".join(lines[:7]), "some.ndjson")
        self.audit("pull", "some.ndjson", "-o", "sqlite:out.db")
        self.assertEqual(self.run_import("poll.csv", "-o", "sqlite:out.db"),
                         first.replace("\n", "; 7 already there, %d added\n" % (len(lines) - 7)))
        self.assertEqual(self.audit("replay", "--print", "hash", "sqlite:out.db"),
                         self.audit("replay", "--print", "hash", "all.ndjson"))
        # What the store has beyond them is none of the import's business.
        more = json.loads(lines[-1])
        more.update(number=len(lines), type="PhotoVote.Event.Election.ElectionDeleted", id="01HQZ000000000000000000099")
        more["data"] = {"id": more["id"], "election_id": more["data"]["election_id"]}
        self.put("".join(lines) + json.dumps(more) + "\n", "more.ndjson")
        self.audit("pull", "more.ndjson", "-o", "sqlite:out.db")
        self.assertEqual(self.run_import("poll.csv", "-o", "sqlite:out.db"),
                         first.replace("\n", "; already there: 0 added\n"))

    def test_store__that_has_other_events__is_refused_by_name_and_left_as_it_is(self):
        self.run_import("poll.csv", "-o", "sqlite:out.db")
        before = self.audit("replay", "--print", "hash", "sqlite:out.db")
        stream = before.split()[0]
        rows = self.ROWS.splitlines(True)
        last = rows[99].rsplit(",", 1)[0]
        self.run_import("poll.csv", "-o", "all.ndjson")
        events = self.get("all.ndjson").count(b"\n")
        for name, changed, number, key in (
                ("one voter less", rows[:50] + rows[51:100], None, "id"),
                ("one voter more", rows[:101], events - 1, "id"),
                ("another rating", rows[:99] + [last + ",1\n"], events - 3, "data")):
            with self.subTest(name):
                self.put(HEAD + "".join(changed), "other.csv")
                said = self.run_import("other.csv", "-o", "sqlite:out.db", "--name", "poll", status=2)
                number = number or int(said.split("number ")[1].split()[0])
                self.assertEqual(said, "photovote-import: cannot copy to 'sqlite:out.db': number %d of stream %s is there "
                                 "already, and differs in its %s; choose another destination\n" % (number, stream, key))
                self.assertEqual(self.audit("replay", "--print", "hash", "sqlite:out.db"), before)
        said = self.run_import("poll.csv", "-o", "sqlite:out.db", "--name", "another", status=2)
        self.assertIn("number 0 of stream %s is there already, and differs in its data" % stream, said)

    def test_counts__of_one__are_in_the_singular(self):
        self.put(HEAD + "v1,2024-02-24 18:00:00,p,0,2\n")
        self.assertRegex(self.run_import("poll.csv", "-o", "out.ndjson"),
                         "^Election-.{26}: 2 candidates, 1 voter, 1 rating, 1 ballot cast, 10 events\n$")
        self.put(HEAD + "v1,2024-02-24 18:00:00,p,0,0\n")
        self.assertRegex(self.run_import("poll.csv", "-o", "out2.ndjson"),
                         "^Election-.{26}: 2 candidates, 1 voter, 0 ratings, 0 ballots cast, 8 events\n$")

    def test_names__that_are_none__are_refused(self):
        for name in ("", "  ", "a\nb", "x" * 201):
            said = self.run_import("poll.csv", "-o", "out.ndjson", "--name", name, status=2)
            self.assertIn("give the election another name with --name", said)
            self.assertEqual(said.count("\n"), 1)
        self.assertEqual(self.run_import("poll.csv", "-o", "out.ndjson", "--name", b"a\xff", status=2),
                         "photovote-import: the --name is not UTF-8: give the election another name with --name\n")
        self.check_left("poll.csv")
        os.link(self.path("poll.csv"), self.path("poll.csv").encode() + b"\xff")
        self.assertEqual(self.run_import(b"poll.csv\xff", "-o", "out.ndjson", status=2),
                         "photovote-import: the name of the file is not UTF-8: give the election another name with "
                         "--name\n")
        self.run_import(b"poll.csv\xff", "-o", "out.ndjson", "--name", "x" * 200)


class CommandLine(Case):
    def test_usage__that_is_wrong__is_exit_2_and_one_line(self):
        self.put(HEAD + "v1,2024-02-24 18:00:00,p,1,2\n")
        for words in ([], ["poll.csv"], ["-o", "out"], ["poll.csv", "-o"], ["poll.csv", "-o", ""],
                      ["poll.csv", "-o", "-"], ["poll.csv", "-o", "sqlite:"], ["poll.csv", "more.csv", "-o", "out"],
                      ["poll.csv", "-o", "esdb://host"], ["poll.csv", "-o", "file:out"], ["poll.csv", "-o", "out", "--seed", "-1"],
                      ["poll.csv", "-o", "out", "--seed", "18446744073709551616"],
                      ["poll.csv", "-o", "out", "--sed", "1"]):
            with self.subTest(words):
                said = self.run_import(*words, status=2)
                self.assertTrue(said.startswith("photovote-import: ") and said.count("\n") == 1, said)
        self.check_left("poll.csv")

    def test_help_and_version__are_printed(self):
        self.assertTrue(self.run_import("--help").startswith("Usage: photovote-import FILE.csv -o DEST"))
        self.assertRegex(self.run_import("--help"), r"[^\n]\n\Z")
        self.assertRegex(self.run_import("--version"), r"^photovote-import \d+\.\d+\.\d+\n$")
        with open("/dev/full", "wb") as full:
            done = subprocess.run([IMPORT, "--help"], stdout=full, stderr=subprocess.PIPE, timeout=50, check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 24:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
