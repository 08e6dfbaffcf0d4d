"""What surrounds a command: an output that is full or closed, a limit of file sizes, a terminal, and less memory than input.

usage: surroundings.py PHOTOVOTE_IMPORT PHOTOVOTE_AUDIT FIXTURES
"""

import gzip
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

IMPORT, AUDIT, FIXTURES = (os.path.abspath(path) for path in sys.argv[1:4])
LIMIT = 60  # seconds; for what takes one on a quiet machine
EVERY_EVENT = os.path.join(FIXTURES, "valid/every_event.ndjson")
ELECTION = "01HQE000000000000000000001"
BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(number):
    return "01HQZ" + "".join(BASE32[number >> shift & 31] for shift in range(100, -1, -5))


def event(number, kind, **data):
    """A line of about 2,000 bytes, most of them metadata, which everything but a copy passes over."""
    return json.dumps({
        "stream": "Election-" + ELECTION, "number": number, "type": "PhotoVote.Event.Election." + kind,
        "data": {"id": ulid(number + 1), "election_id": ELECTION, **data}, "metadata": {"filler": "x" * 1800},
    }) + "\n"


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="surroundings-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_in(self, status, *words, **more):
        """Runs it; returns standard output and error."""
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
        done = subprocess.run(words, cwd=self.folder, timeout=LIMIT, check=False, **more)
        self.assertEqual(done.returncode, status, (words, done.stdout, done.stderr))
        return done.stdout, done.stderr

    def audit(self, *words, status=0, **more):
        return self.run_in(status, AUDIT, *words, **more)[0]

    def put(self, name, events, title="Photographs"):
        """An election that was named again and again."""
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(event(0, "ElectionCreated", name="Photographs", description=None))
            file.writelines(event(i, "ElectionNameChanged", name="%s %d" % (title, i)) for i in range(1, events))


class Output(Case):
    def printing(self):
        """Commands that print something, with the status they have if they can."""
        self.put("one.ndjson", 1)
        self.audit("rebuild", "one.ndjson", "--to", "file:cache")
        self.put("two.ndjson", 2)
        yield from ((0, AUDIT, "replay", "two.ndjson", "--print", what) for what in ("document", "tally", "hash"))
        yield from ((1, AUDIT, "diff", "two.ndjson", "--against", "file:cache", "--format", form)
                    for form in ("text", "json", "json-patch"))
        yield 0, AUDIT, "verify", "two.ndjson"
        with open(self.path("bad.ndjson"), "w", encoding="ascii") as file:
            file.write("no record\n")
        yield 1, AUDIT, "verify", "bad.ndjson", "--format", "json"
        yield 0, IMPORT, os.path.join(FIXTURES, "polls/presidential_poll_july_2020.csv"), "-o", "sqlite:poll.db"
        for program in (AUDIT, IMPORT):
            yield from ((0, program, option) for option in ("--help", "--version"))
        yield 0, AUDIT, "verify", "--help"

    def test_full__is_exit_2_with_one_line_that_says_so(self):
        for status, *words in self.printing():
            with self.subTest(words):
                self.assertNotEqual(self.run_in(status, *words)[0], b"")  # else the rest could not fail
                with open("/dev/full", "wb") as full:
                    said = self.run_in(2, *words, stdout=full)[1]
                self.assertRegex(said, rb"\Aphotovote-\w+: cannot write (to )?standard output: No space left on device\n\Z")

    def test_closed__ends_the_command_as_every_filter_ends(self):
        for _, *words in self.printing():
            with self.subTest(words):
                reader, writer = os.pipe()
                os.close(reader)
                # Python ignores the signal, and what it starts would inherit that.
                said = self.run_in(-signal.SIGPIPE, *words, stdout=writer,
                                   preexec_fn=lambda: signal.signal(signal.SIGPIPE, signal.SIG_DFL))[1]
                os.close(writer)
                self.assertEqual(said, b"")

    def test_closed__where_the_signal_is_ignored__is_exit_2(self):
        reader, writer = os.pipe()
        os.close(reader)
        said = self.run_in(2, AUDIT, "verify", EVERY_EVENT, stdout=writer, restore_signals=False)[1]
        os.close(writer)
        self.assertEqual(said, b"photovote-audit: cannot write standard output: Broken pipe\n")


class Streams(Case):
    """Standard streams that are closed: the place of one is free for the next file that is opened."""

    def run_without(self, closed, status, *words, **more):
        def close():
            for fd in closed:
                os.close(fd)
        return self.run_in(status, *words, preexec_fn=close, **more)

    def test_what_is_said__is_not_written_into_the_copy(self):
        self.put("in.ndjson", 3)
        with open(self.path("in.ndjson"), "rb") as file:
            lines = file.read()
        with open(self.path("in.ndjson"), "ab") as file:
            file.write(b"no record\n")
        for closed, source in (([2], "-"), ([0, 2], "in.ndjson"), ([1, 2], "in.ndjson"), ([0, 1, 2], "in.ndjson")):
            for name in ("out.ndjson", "sqlite:out.db"):
                with self.subTest(closed, name=name), open(self.path("in.ndjson"), "rb") as stdin:
                    self.run_without(closed, 1, AUDIT, "pull", source, "-o", name, "--progress", stdin=stdin)
            with open(self.path("out.ndjson"), "rb") as file:
                self.assertEqual(file.read(), lines, closed)
            os.remove(self.path("out.ndjson"))

    def test_one_that_is_needed__is_exit_2(self):
        self.put("in.ndjson", 3)
        for closed, said, *words in (
                (0, b"cannot read standard input", AUDIT, "verify", "-"),
                (0, b"cannot read 'standard input'", IMPORT, "-", "-o", "out.ndjson"),
                (1, b"cannot write standard output", AUDIT, "verify", "in.ndjson"),
                (1, b"cannot write to standard output", IMPORT, "--version")):
            with self.subTest(words):
                told = self.run_without([closed], 2, *words)[1]
                self.assertEqual(told, os.path.basename(words[0]).encode() + b": " + said + b": Bad file descriptor\n")


class NewCaches(Case):
    def test_run_that_writes_nothing__makes_none(self):
        self.put("good.ndjson", 2)
        with open(self.path("good.ndjson"), "rb") as file:
            good = file.read()
        for status, content, *more in ((1, b"no record\n" + good), (1, good.replace(b'"number": 1', b'"number": 2')),
                                       (2, gzip.compress(good)[:-1]), (2, good, "--election", ELECTION[:-1] + "2")):
            with open(self.path("in.ndjson"), "wb") as file:
                file.write(content)
            before = sorted(os.listdir(self.folder))
            for cache in ("file:cache", "sqlite:cache.db"):
                with self.subTest(content[:20], cache=cache):
                    self.audit("rebuild", "in.ndjson", "--to", cache, *more, status=status)
                    self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_run_that_has_nothing_to_write__makes_an_empty_one(self):
        self.put("good.ndjson", 1)
        for cache in ("file:cache", "sqlite:cache.db"):
            self.audit("rebuild", os.devnull, "--to", cache)
            self.audit("diff", os.devnull, "--against", cache)
            self.audit("diff", "good.ndjson", "--against", cache, status=1)

    def test_one_that_cannot_be__is_told_before_the_source_is_read(self):
        with open(self.path("not.db"), "wb") as file:
            file.write(b"no database")
        for cache in ("file:not.db", "sqlite:not.db", "file:", "not.db", "cosmos:x"):
            with self.subTest(cache):
                said = self.run_in(2, AUDIT, "rebuild", EVERY_EVENT, "--to", cache)[1]
                self.assertRegex(said, rb"\Aphotovote-audit: cannot open '[^\n]*\n\Z")


class Limit(Case):
    """A limit of file sizes, which ends a program that has not said otherwise."""

    EVENTS = 400

    def run_limited(self, most, *words):
        """What it says on standard error where no file may be larger than `most` bytes."""
        # Nor may the counts that gcov writes at the end, which would be torn.
        apart = {**os.environ, "GCOV_PREFIX": self.path("counts"), "GCOV_ERROR_FILE": os.devnull}
        return self.run_in(2, AUDIT, *words, env=apart,
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))[1]

    def test_file_that_may_not_grow__is_exit_2_and_what_is_there_can_be_gone_on_with(self):
        self.put("in.ndjson", self.EVENTS)
        expected = self.audit("replay", "in.ndjson", "--print", "hash")
        for dest, most in (("out.ndjson", 300000), ("out.ndjson.zst", 2000), ("sqlite:out.db", 200000)):
            with self.subTest(dest):
                said = self.run_limited(most, "pull", "in.ndjson", "-o", dest)
                self.assertRegex(said, rb"\Aphotovote-audit: cannot [^\n]*out\.[^\n]*\n\Z")
                if not dest.endswith(".zst"):  # compressed data that was cut cannot be gone on with
                    self.audit("pull", "in.ndjson", "-o", dest)
                    self.assertEqual(self.audit("replay", dest, "--print", "hash"), expected)

    def test_cache_that_may_not_grow__has_the_document_before(self):
        self.put("in.ndjson", 1, title="short")
        with open(self.path("long.ndjson"), "w", encoding="ascii") as file:
            file.write(event(0, "ElectionCreated", name="Photographs", description="d" * 1900))
        for cache, most in (("file:cache", 1000), ("sqlite:cache.db", 1000)):
            with self.subTest(cache):
                self.audit("rebuild", "in.ndjson", "--to", cache)
                said = self.run_limited(most, "rebuild", "long.ndjson", "--to", cache)
                self.assertRegex(said, rb"\Aphotovote-audit: cannot [^\n]*cache[^\n]*\n\Z")
                self.audit("diff", "in.ndjson", "--against", cache)
                self.audit("rebuild", "long.ndjson", "--to", cache)
                self.audit("diff", "long.ndjson", "--against", cache)


class Progress(Case):
    def on_terminal(self, *words):
        """What a command says on standard error where that is a terminal."""
        ours, theirs = pty.openpty()
        self.run_in(0, AUDIT, *words, stderr=theirs)
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 4096):
                said += part
        except OSError:  # how the end of a terminal is told
            pass
        os.close(ours)
        return said

    def test_elsewhere__is_silent_unless_asked(self):
        printed, said = self.run_in(0, AUDIT, "verify", EVERY_EVENT)
        self.assertEqual(said, b"")
        again, said = self.run_in(0, AUDIT, "verify", "--progress", EVERY_EVENT)
        self.assertEqual(again, printed)
        self.assertTrue(said.startswith(b"0 records, 0 a second"), said)

    def test_terminal__is_told_and_left_clean(self):
        said = self.on_terminal("verify", EVERY_EVENT)
        self.assertTrue(said.startswith(b"0 records"), said)
        self.assertTrue(said.endswith(b"\r\x1b[K"), said)

    def test_first_line__has_no_guess(self):
        for words in (("verify", EVERY_EVENT), ("replay", EVERY_EVENT), ("pull", EVERY_EVENT, "-o", "out.ndjson"),
                      ("rebuild", EVERY_EVENT, "--to", "file:cache"), ("diff", EVERY_EVENT, "--against", "file:cache")):
            with self.subTest(words):
                first = self.on_terminal(*words).split(b"\r")[0]
                self.assertRegex(first, rb"\A0 records, 0 a second\Z")

    def test_pipe__has_no_end_that_is_known(self):
        reader, writer = os.pipe()
        with subprocess.Popen([AUDIT, "verify", "--progress", "-"], cwd=self.folder, stdin=reader,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            os.close(reader)
            with open(EVERY_EVENT, "rb") as file:
                lines = file.read()
            os.write(writer, lines)
            os.close(writer)
            said = process.communicate(timeout=LIMIT)[1]
        self.assertNotIn(b"left", said)


class Memory(Case):
    """Peak memory does not grow with the source: what is kept grows with the election."""

    SMALL, LARGE = 5000, 16000  # events of 2,000 bytes: the small source fills every buffer
    ROOM = 8 << 20  # bytes; the large source has 22 MB more
    # AddressSanitizer keeps what was freed for a while, which is not the command's.
    ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}

    def peak(self, *words):
        with subprocess.Popen([AUDIT, *words], cwd=self.folder, stdout=subprocess.DEVNULL,
                              env=self.ENVIRONMENT) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, words)
        return usage.ru_maxrss * 1024

    def test_every_command__takes_no_more_for_a_large_source(self):
        for name, events in (("small", self.SMALL), ("large", self.LARGE)):
            self.put(name + ".ndjson", events)
            with open(self.path(name + ".ndjson"), "rb") as file, gzip.open(self.path(name + ".gz"), "wb", 1) as packed:
                packed.write(file.read())
            self.audit("pull", name + ".ndjson", "-o", "sqlite:" + name)
        self.assertGreater(os.path.getsize(self.path("large.ndjson")) - os.path.getsize(self.path("small.ndjson")),
                           2 * self.ROOM)
        for words in (("verify", "{}.ndjson"), ("verify", "{}.gz"), ("verify", "sqlite:{}"), ("replay", "{}.ndjson"),
                      ("pull", "{}.ndjson", "-o", "{}.copy"), ("pull", "{}.gz", "-o", "sqlite:{}.db"),
                      ("rebuild", "{}.ndjson", "--to", "file:{}.cache"), ("diff", "{}.ndjson", "--against", "file:{}.cache")):
            with self.subTest(words):
                small, large = (self.peak(*(word.format(name) for word in words)) for name in ("small", "large"))
                self.assertLess(large - small, self.ROOM)


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 15:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
