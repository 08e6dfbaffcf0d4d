"""photovote-audit pull from outside: what it does with a destination that holds something already, with sources that
cannot be copied as they are, and what it leaves behind.

usage: pull.py PHOTOVOTE_AUDIT FIXTURES
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import unittest

AUDIT, FIXTURES = (os.path.abspath(path) for path in sys.argv[1:3])
STREAM = "Election-01HQE000000000000000000001"


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="pull-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        with open(os.path.join(FIXTURES, "valid/metadata.ndjson"), encoding="utf-8") as file:
            self.lines = file.read().splitlines(True)
        self.put("in.ndjson", self.lines)

    def path(self, name):
        return os.path.join(self.folder, name)

    def put(self, name, lines):
        with open(self.path(name), "w", encoding="utf-8", newline="") as file:
            file.writelines(lines)

    def get(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def changed(self, number, **keys):
        """The lines, with keys of one record changed; those that become None are left out."""
        lines = list(self.lines)
        record = {**json.loads(lines[number]), **keys}
        lines[number] = json.dumps({key: value for key, value in record.items() if value is not None},
                                   separators=(",", ":"), ensure_ascii=False) + "\n"
        return lines

    def audit(self, *words, status=0, **more):
        """Standard output where there is some, else standard error."""
        done = subprocess.run([AUDIT, *words], cwd=self.folder, capture_output=True, timeout=50, check=False, **more)
        self.assertEqual(done.returncode, status, done.stderr)
        return (done.stdout + done.stderr).decode()

    def check_refused(self, said, *words, **more):
        """Exit status 2 and one line that says it all."""
        self.assertEqual(self.audit(*words, status=2, **more), "photovote-audit: %s\n" % said)


class Stores(Case):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.audit("pull", "in.ndjson", "-o", "sqlite:out.db"), "")

    def test_the_same_again__adds_nothing(self):
        before = self.audit("replay", "--print", "hash", "sqlite:out.db")
        spaced = [json.dumps(json.loads(line), ensure_ascii=False) + "\n" for line in self.lines]
        for lines in (self.lines, self.lines[:5], spaced):
            self.put("again.ndjson", lines)
            self.assertEqual(self.audit("pull", "again.ndjson", "-o", "sqlite:out.db"), "")
        self.assertEqual(self.audit("replay", "--print", "hash", "sqlite:out.db"), before)

    def test_another_record_under_a_number__is_refused_by_name(self):
        before = self.audit("verify", "--format", "json", "sqlite:out.db")
        self.audit("pull", "sqlite:out.db", "-o", "before.ndjson")
        for key, value in (("id", "01HQZ000000000000000000099"), ("type", "PhotoVote.Event.Other"), ("data", {}),
                           ("created", "2024-04-03T10:00:01Z"), ("created", None), ("metadata", {"who": "me"}),
                           ("metadata", None)):
            with self.subTest(key, value=value):
                self.put("other.ndjson", self.changed(13, **{key: value}) +
                         [self.lines[17].replace('"number":17', '"number":18')])
                self.check_refused("cannot copy to 'sqlite:out.db': number 13 of stream %s is there already, and "
                                   "differs in its %s; choose another destination" % (STREAM, key),
                                   "pull", "other.ndjson", "-o", "sqlite:out.db")
        self.assertEqual(self.audit("verify", "--format", "json", "sqlite:out.db"), before)
        self.audit("pull", "sqlite:out.db", "-o", "after.ndjson")
        self.assertEqual(self.get("after.ndjson"), self.get("before.ndjson"))


    def test_numbers_that_repeat_or_go_back__are_told_and_left_out(self):
        other = json.loads(self.lines[4])
        other["id"] = "01HQZ000000000000000000099"
        lines = [*self.lines[:6], self.lines[4], json.dumps(other) + "\n", *self.lines[6:]]
        self.put("in.ndjson", lines)
        told = "".join("line %d: %s, event 4: stream_order (number): the record's number repeats or goes back: 4 after 5\n"
                       % (line, STREAM) for line in (7, 8))
        for name in ("sqlite:new.db", "sqlite:new.db", "sqlite:out.db"):
            self.assertEqual(self.audit("pull", "in.ndjson", "-o", name, status=1), told)
            self.assertIn("18 records in 1 stream: no finding", self.audit("verify", name))
        self.assertEqual(self.audit("pull", "in.ndjson", "-o", "kept.ndjson"), "")
        self.assertEqual(self.get("kept.ndjson"), "".join(lines))

    def test_a_record_without_created__is_named_by_its_number(self):
        self.put("in.ndjson", self.changed(4, created=None))
        self.audit("pull", "in.ndjson", "-o", "sqlite:new.db")
        for name, place in (("in.ndjson", "line 5"), ("sqlite:new.db", "event 4")):
            self.check_refused("%s has a record without `created` (%s), so --at TIME cannot place it; use --at N"
                               % (STREAM, place), "replay", "--at", "2025-01-01T00:00:00Z", name)

    def test_positions_that_are_used_up__say_what_to_do(self):
        self.put("in.ndjson", self.changed(4, position=2**63 - 1))
        self.check_refused("cannot copy to 'sqlite:new.db': too few are left after position 9223372036854775807; keep the "
                           "records in lines (PATH), which need no new ones", "pull", "in.ndjson", "-o", "sqlite:new.db")


class Lines(Case):
    def test_what_is_there__is_passed_over(self):
        for name in ("out.ndjson", "out.ndjson.gz", "out.ndjson.zst"):
            with self.subTest(name):
                self.put("part.ndjson", self.lines[:7])
                self.audit("pull", "part.ndjson", "-o", name)
                for source in ("in.ndjson", "-", name):
                    with open(self.path("in.ndjson"), "rb") as file:
                        self.assertEqual(self.audit("pull", source, "-o", name, stdin=file), "")
                self.audit("pull", name, "-o", "plain-" + name + ".ndjson")
                self.assertEqual(self.get("plain-" + name + ".ndjson"), "".join(self.lines))

    def test_a_store__goes_on_what_lines_began(self):
        self.put("out.ndjson", [json.dumps(json.loads(line), ensure_ascii=False) + "\n" for line in self.lines[:7]])
        self.audit("pull", "in.ndjson", "-o", "sqlite:in.db")
        self.audit("pull", "sqlite:in.db", "-o", "out.ndjson")
        self.assertIn("18 records in 1 stream: no finding", self.audit("verify", "out.ndjson"))

    def test_another_copy__is_refused_by_name_and_left_as_it_is(self):
        for number in (0, 6, 17):
            with self.subTest(number):
                self.put("out.ndjson", self.changed(number, metadata={"who": "me"}))
                before = self.get("out.ndjson")
                self.check_refused("cannot go on with 'out.ndjson': its 18 records of %s, up to number 17, are not the "
                                   "first 18 of the source; pull into a new file" % STREAM,
                                   "pull", "in.ndjson", "-o", "out.ndjson")
                self.assertEqual(self.get("out.ndjson"), before)

    def test_a_source_that_has_less__is_told(self):
        self.put("out.ndjson", self.lines)
        self.put("part.ndjson", self.lines[:1])
        self.check_refused("the source has 1 record of %s, and 'out.ndjson' has 18 already: an older or shortened source"
                           % STREAM, "pull", "part.ndjson", "-o", "out.ndjson")

    def test_what_is_no_record__is_refused_by_line(self):
        self.put("out.ndjson", [*self.lines[:3], "{}\n"])
        self.check_refused("cannot go on with 'out.ndjson': its line 4 is no record; move it away and pull again",
                           "pull", "in.ndjson", "-o", "out.ndjson")


class Failures(Case):
    def check_left(self, *names):
        self.assertEqual(sorted(os.listdir(self.folder)), sorted(["in.ndjson", *names]))

    def test_an_election_that_is_not_there__leaves_no_destination(self):
        other = "01HQE000000000000000000009"
        self.audit("pull", "in.ndjson", "-o", "sqlite:in.db")
        for source in ("in.ndjson", "sqlite:in.db"):
            for name in ("out.ndjson", "out.ndjson.gz", "out.ndjson.zst", "sqlite:out.db"):
                with self.subTest(name, source=source):
                    self.check_refused("no record of Election-%s in the source" % other,
                                       "pull", source, "--election", other, "-o", name)
                    self.assertEqual([left for left in os.listdir(self.folder) if left.startswith("out")], [])

    def test_a_destination_that_was_there__is_kept(self):
        self.put("out.ndjson", [])
        self.put("out.db", [])
        for name in ("out.ndjson", "sqlite:out.db"):
            self.audit("pull", "in.ndjson", "--election", "01HQE000000000000000000009", "-o", name, status=2)
        self.check_left("out.ndjson", "out.db")

    def test_a_source_that_breaks__leaves_what_came_before(self):
        self.put("in.ndjson", self.changed(4, position=2**63 - 1))
        self.audit("pull", "in.ndjson", "-o", "sqlite:out.db", status=2)
        self.check_left("out.db")  # without a record, but somebody else may be using it
        packed = gzip.compress("".join(self.lines).encode())
        with open(self.path("in.ndjson"), "wb") as file:
            file.write(packed[:-8])
        for name in ("out.ndjson", "sqlite:out.db"):
            self.audit("pull", "in.ndjson", "-o", name, status=2)
            self.assertIn("18 records", self.audit("verify", name))

    def test_an_empty_source__is_an_empty_copy(self):
        self.put("in.ndjson", [])
        for name in ("out.ndjson", "sqlite:out.db"):
            self.assertEqual(self.audit("pull", "in.ndjson", "-o", name), "")
        self.check_left("out.ndjson", "out.db")


    def test_a_store_that_cannot_be_made__says_why(self):
        self.check_refused("cannot make 'sqlite:none/out.db': its folder does not exist",
                           "pull", "in.ndjson", "-o", "sqlite:none/out.db")
        self.check_refused("cannot make 'sqlite:in.ndjson/out.db': its folder cannot be written: Not a directory",
                           "pull", "in.ndjson", "-o", "sqlite:in.ndjson/out.db")
        self.check_refused("cannot open 'sqlite:none.db': unable to open database file: No such file or directory; check "
                           "the path, and the permissions of the file and its folder", "verify", "sqlite:none.db")


class LongLines(Case):
    def test_a_record_that_is_no_line_any_more__is_refused_by_name(self):
        """A store adds a position, and base64 is longer than what it stands for."""
        most = 16777216
        head = '{"stream":"%s","number":1,"type":"x","data":' % STREAM
        for source, data in (("sqlite:in.db", ["{\"x\":\"", "\"}}"]), ("in.ndjson", ["[\"", "\"]}"])):
            filler = most - len(head) - len("".join(data))
            for length in (filler - len(',"position":1'), filler):
                with self.subTest(source, length=length):
                    for name in os.listdir(self.folder):
                        os.remove(self.path(name))
                    self.put("in.ndjson", [self.lines[0], head + ("x" * length).join(data) + "\n"])
                    self.audit("pull", "in.ndjson", "-o", "sqlite:in.db")
                    if source == "sqlite:in.db" and length < filler:
                        self.audit("pull", source, "-o", "out.ndjson")
                        self.assertEqual(self.get("out.ndjson").count("\n"), 2)
                        self.audit("pull", source, "-o", "out.ndjson")
                        continue
                    self.check_refused("cannot copy to 'out.ndjson': number 1 of %s would be a line of more than %d bytes "
                                       "there; pull to sqlite:PATH" % (STREAM, most), "pull", source, "-o", "out.ndjson")
                    self.assertEqual(self.get("out.ndjson").count("\n"), 1)


class LongPaths(Case):
    def test_what_is_said_of_them__has_the_reason(self):
        folder = "/".join(["d" * 200] * 4)
        os.makedirs(self.path(folder))
        for words, reason in ((["verify", "sqlite:" + folder + "/none.db"], "none.db': unable to open database file; check "
                               "the path, and the permissions of the file and its folder\n"),
                              (["diff", "in.ndjson", "--against", "file:" + folder + "/none"],
                               "none': No such file or directory\n")):
            said = self.audit(*words, status=2)
            self.assertTrue(said.startswith("photovote-audit: cannot open '") and said.endswith(reason), said)


class CommandLine(Case):
    def test_help__ends_with_its_last_line(self):
        for words in (["--help"], *([command, "--help"] for command in ("pull", "replay", "verify", "rebuild", "diff"))):
            with self.subTest(words):
                said = self.audit(*words)
                self.assertTrue(said.startswith("Usage: photovote-audit "))
                self.assertRegex(said, r"Exit status: .*[^\n]\n\Z")

    def test_a_store_without_its_prefix__is_recognised(self):
        self.audit("pull", "in.ndjson", "-o", "sqlite:in.db")
        said = "'in.db' is a SQLite database: did you mean sqlite:in.db?"
        os.mkdir(self.path("cache"))
        for words in (["verify", "in.db"], ["replay", "in.db"], ["rebuild", "in.db", "--to", "file:cache"],
                      ["diff", "in.db", "--against", "file:cache"], ["pull", "in.db", "-o", "out.ndjson"],
                      ["pull", "in.db", "-o", "sqlite:out.db"]):
            self.assertEqual(self.audit(*words, status=2).splitlines()[-1], "photovote-audit: " + said)
        self.assertEqual(sorted(os.listdir(self.folder)), ["cache", "in.db", "in.ndjson"])
        with open(self.path("in.db"), "rb") as file:
            self.check_refused("standard input is a SQLite database: give its path, as sqlite:PATH", "replay", "-",
                               stdin=file)

    def test_a_destination_that_is_a_cache__is_refused(self):
        self.check_refused("-o 'file:out': a destination is a PATH or sqlite:PATH; 'file:' is for caches (./file:... is a "
                           "PATH)", "pull", "in.ndjson", "-o", "file:out")
        self.assertEqual(self.audit("pull", "in.ndjson", "-o", "./file:out"), "")
        self.assertEqual(sorted(os.listdir(self.folder)), ["file:out", "in.ndjson"])

    def test_first_words_that_are_no_command__are_told(self):
        self.check_refused("unknown option '--bogus'; see 'photovote-audit --help'", "--bogus", "in.ndjson")
        self.check_refused("unknown option '-x'; see 'photovote-audit --help'", "-x")
        self.check_refused("there is no command 'bogus'; see 'photovote-audit --help'", "bogus")


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 21:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
