"""photovote-audit pull from outside: what it does with a destination that holds something already, with sources that
cannot be copied as they are, and what it leaves behind.

usage: pull.py PHOTOVOTE_AUDIT FIXTURES
"""

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


if __name__ == "__main__":
    tests = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    if tests.countTestCases() < 2:
        sys.exit("only %d tests are left" % tests.countTestCases())
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(tests).wasSuccessful() else 1)
