"""Ctrl-C while a command waits for its input, or for somebody to read its output: exit status 2 with one line, at once,
and nothing half written.

usage: interrupt.py PHOTOVOTE_IMPORT PHOTOVOTE_AUDIT FIXTURES
"""

import fcntl
import gzip
import os
import signal
import subprocess
import sys
import tempfile
import unittest

IMPORT, AUDIT, FIXTURES = (os.path.abspath(path) for path in sys.argv[1:4])
PROMPT = 30  # seconds; it takes two at most, and much more on a busy machine would still not be for ever
READING = [["verify", "-"], ["replay", "-"], ["pull", "-", "-o", "out.ndjson"], ["pull", "-", "-o", "sqlite:out.db"],
           ["rebuild", "-", "--to", "file:cache"], ["diff", "-", "--against", "file:cache"]]


def catches(pid, number):
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        caught = next(line for line in status if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> number - 1 & 1


def waits_for_lock(pid):
    with open("/proc/locks", encoding="ascii") as locks:
        return any(words[1] == "->" and words[5] == str(pid) for words in map(str.split, locks))


class Interrupt(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="interrupt-", dir=os.getcwd())
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(self.path("cache"))
        with open(os.path.join(FIXTURES, "valid/every_event.ndjson"), "rb") as file:
            self.lines = file.readlines()[:-1]

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *words, **more):
        return subprocess.Popen(words, cwd=self.folder, stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                **{"stdout": subprocess.PIPE, **more})

    def check_interrupted(self, process, number=signal.SIGINT):
        """Sends the signal once it is caught; returns what was on standard output."""
        while not catches(process.pid, number):
            self.assertIsNone(process.poll())
        process.send_signal(number)
        status = process.wait(PROMPT)  # its input is still open, and nothing comes
        said = process.stderr.read().splitlines()
        program = os.path.basename(process.args[0]).encode()
        self.assertEqual((status, said[-1:]), (2, [program + b": interrupted"]), said)
        return process.stdout.read() if process.stdout else b""

    def test_no_data__ends_at_once(self):
        for words in READING:
            with self.subTest(words), self.start(AUDIT, *words) as process:
                self.assertEqual(self.check_interrupted(process), b"")
        with self.start(IMPORT, "-", "-o", "out.ndjson") as process:
            self.check_interrupted(process)
        self.assertEqual(sorted(set(os.listdir(self.folder)) - {"out.db", "out.ndjson"}), ["cache"])
        for name in {"out.ndjson"} & set(os.listdir(self.folder)):
            self.assertEqual(os.path.getsize(self.path(name)), 0)

    def test_each_signal__ends_each_command(self):
        for words in [[AUDIT, *words] for words in READING] + [[IMPORT, "-", "-o", "out.ndjson"]]:
            for number in (signal.SIGTERM, signal.SIGHUP):
                with self.subTest(words=words, number=number), self.start(*words) as process:
                    self.assertEqual(self.check_interrupted(process, number), b"")

    def test_pipe_that_nobody_opens_to_write__is_not_waited_for(self):
        os.mkfifo(self.path("pipe"))
        for words in ([AUDIT, "verify", "pipe"], [IMPORT, "pipe", "-o", "out.ndjson"]):
            with self.subTest(words), self.start(*words) as process:
                self.assertEqual(self.check_interrupted(process), b"")

    def test_cache_that_is_locked__is_not_waited_for(self):
        with open(self.path("in.ndjson"), "wb") as file:
            file.writelines(self.lines)
        held = os.open(self.path("cache"), os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        with self.start(AUDIT, "rebuild", "in.ndjson", "--to", "file:cache") as process:
            while not waits_for_lock(process.pid):
                self.assertIsNone(process.poll())
            self.check_interrupted(process)
        os.close(held)
        self.assertEqual(os.listdir(self.path("cache")), [])

    def feed(self, process, data, pack=bytes):
        """Blank lines follow, more than a pipe holds: once they are written, the data was read."""
        process.stdin.write(pack(data) + pack(b"\n" * 4) * (1 << 16))
        process.stdin.flush()

    def test_some_data__prints_nothing_of_it(self):
        for words in (["verify", "-"], ["replay", "-"], ["rebuild", "-", "--to", "file:cache"]):
            for pack in (bytes, gzip.compress):
                with self.subTest(words=words, pack=pack), self.start(AUDIT, *words) as process:
                    self.feed(process, b"".join(self.lines), pack)
                    self.assertEqual(self.check_interrupted(process), b"")
        self.assertEqual(os.listdir(self.path("cache")), [])

    def audit(self, *words):
        done = subprocess.run([AUDIT, *words], cwd=self.folder, capture_output=True, timeout=PROMPT, check=True)
        return done.stdout

    def test_pull__that_is_interrupted__goes_on_later(self):
        with open(self.path("in.ndjson"), "wb") as file:
            file.writelines(self.lines)
        for dest in ("out.ndjson", "out.ndjson.gz", "sqlite:out.db"):
            with self.subTest(dest), self.start(AUDIT, "pull", "-", "-o", dest) as process:
                self.feed(process, b"".join(self.lines[:9]))
                self.check_interrupted(process)
            self.audit("pull", "in.ndjson", "-o", dest)
            self.assertEqual(self.audit("replay", dest, "--print", "hash"),
                             self.audit("replay", "in.ndjson", "--print", "hash"))

    def test_output_that_nobody_reads__does_not_hold_it(self):
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb"):
            line = b'{"stream":"Election-01HQE000000000000000000001","number":0,"type":"no such type","data":{}}\n'
            with open(self.path("bad.ndjson"), "wb") as file:
                file.write(line * 20000)
            with self.start(AUDIT, "verify", "bad.ndjson", stdout=writer) as process:
                os.close(writer)
                self.assertEqual(len(os.read(reader, 1)), 1)  # it is writing, more than the pipe holds
                self.check_interrupted(process)


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 7:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
