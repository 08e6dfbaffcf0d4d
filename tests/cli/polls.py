"""The main job on the three real polls: imported, verified, counted, kept in both caches, one value damaged and found.

usage: polls.py PHOTOVOTE_IMPORT PHOTOVOTE_AUDIT TREE
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

IMPORT, AUDIT, TREE = (os.path.abspath(path) for path in sys.argv[1:4])
POLLS = os.path.join(TREE, "fixtures", "polls")
COUNT = os.path.join(TREE, "tests", "peer", "poll_tally.py")
RATING = re.compile(rb'"ratings":\{"([^"]+)":\{"([^"]+)":([1-5])')


class Polls(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="photovote-polls-")
        self.addCleanup(shutil.rmtree, self.folder)

    def run_in(self, status, *command, **more):
        done = subprocess.run(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **more)
        self.assertEqual((status, b""), (done.returncode, done.stderr), command)
        return done.stdout.decode()

    def audit(self, status, *arguments):
        return self.run_in(status, AUDIT, *arguments)

    def check_damage(self, cache, damage):
        """What diff says of a rating in the cache that `damage` changed: its place, and both values."""
        self.audit(0, "rebuild", "poll.ndjson", "--to", cache)
        self.assertEqual("", self.audit(0, "diff", "poll.ndjson", "--against", cache))
        competition, candidate, old, new = damage()
        found = self.audit(1, "diff", "poll.ndjson", "--against", cache).splitlines()
        self.assertRegex(found[0], rf"^Election-\w+ /ballots/0/ratings/{competition}/{candidate}: cached {new}, rebuilt {old}$")
        self.assertRegex(found[1], r"^Election-\w+: .* edited")
        self.assertEqual(2, len(found))
        self.audit(0, "rebuild", "poll.ndjson", "--to", cache)
        self.assertEqual("", self.audit(0, "diff", "poll.ndjson", "--against", cache))

    def damaged(self, text):
        match = RATING.search(text)
        new = b"1" if match[3] != b"1" else b"2"
        told = [part.decode() for part in (match[1], match[2], match[3], new)]
        return text[:match.start(3)] + new + text[match.end(3):], told

    def damage_file(self):
        folder = os.path.join(self.folder, "cache")
        path, = (os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".json"))
        with open(path, "r+b") as file:
            text, told = self.damaged(file.read())
            file.seek(0)
            file.write(text)
        return told

    def damage_database(self):
        with sqlite3.connect(os.path.join(self.folder, "cache.db")) as database:
            row, text = database.execute(
                "SELECT rowid, json FROM cached_parts WHERE json LIKE '%\"ratings\":{\"%' ORDER BY page").fetchone()
            text, told = self.damaged(text.encode())
            database.execute("UPDATE cached_parts SET json = ? WHERE rowid = ?", (text.decode(), row))
        database.close()
        return told

    def check_poll(self, csv):
        self.run_in(0, IMPORT, os.path.join(POLLS, csv), "-o", "poll.ndjson")
        self.assertRegex(self.audit(0, "verify", "poll.ndjson"), r"^\d+ records in 1 stream: no finding\n$")
        tally = self.audit(0, "replay", "--print", "tally", "poll.ndjson")
        counted = self.run_in(0, sys.executable, COUNT, os.path.join(POLLS, csv), "--against", "-", input=tally.encode())
        self.assertIn("equal", counted)
        self.check_damage("file:cache", self.damage_file)
        self.check_damage("sqlite:cache.db", self.damage_database)

    def test_best_akali_skins(self):
        self.check_poll("best_akali_skins.csv")

    def test_libertarian_nomination_may_2020(self):
        self.check_poll("libertarian_nomination_may_2020.csv")

    def test_presidential_poll_july_2020(self):
        self.check_poll("presidential_poll_july_2020.csv")


unittest.main(argv=sys.argv[:1])
