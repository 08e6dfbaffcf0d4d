#!/usr/bin/python3
"""Shows that the fixtures and the differential can fail: a lying program must be caught, by name.

    check_controls.py [--differential]
"""
import pathlib
import subprocess
import sys
import tempfile

import lying_peer

HERE = pathlib.Path(__file__).resolve().parent
MIN_LIES = 13
# Lies that random histories must tell apart from the truth as well.
AT_RANDOM = ["dense_ranks", "counts_uncast", "last_key_wins", "forgets_the_voter", "ratings_as_given", "uuids_differ", "always_zero"]


def caught(arguments, expected):
    """Whether the check fails, and for the reason expected of it."""
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode == 1 and expected in done.stdout:
        return True
    print("exit %d, without '%s':\n%s%s" % (done.returncode, expected, done.stdout[-2000:], done.stderr[-2000:]))
    return False


def fixture_controls():
    check = HERE / "check_fixtures.py"
    for lie, stream in lying_peer.LIES.items():
        program = [sys.executable, HERE / "lying_peer.py", lie.__name__]
        yield lie.__name__, caught([check, "--only", stream + ".ndjson", *program], "FAILED %s.ndjson" % stream)
    yield "nothing chosen", caught([check, "--only", "no/such", sys.executable, HERE / "photovote_peer.py"], "no fixture")
    yield "no program", caught([check, HERE / "no_such_program"], "FAILED")


def differential_controls():
    with tempfile.TemporaryDirectory(prefix="photovote-controls-") as folder:
        for lie in AT_RANDOM:
            program = [sys.executable, HERE / "lying_peer.py", lie]
            options = ["--cases", "800", "--histories", "20", "--max-failures", "1", "--keep", folder]
            yield "differential " + lie, caught([HERE / "differential.py", *program, *options], "DIFFERENT")


def main(words):
    results = list(differential_controls() if words == ["--differential"] else fixture_controls())
    missed = [name for name, was_caught in results if not was_caught]
    for name in missed:
        print("NOT CAUGHT: " + name)
    enough = words == ["--differential"] or len(results) >= MIN_LIES
    print("%d passed, %d failed" % (len(results) - len(missed), len(missed) + (not enough)))
    return 1 if missed or not enough else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
