#!/usr/bin/python3
"""Runs a program over the golden fixtures and compares what it prints and how it exits.

    check_fixtures.py [--only TEXT] PROGRAM [ARGUMENT...]    e.g. check_fixtures.py build/tools/audit/photovote-audit

--only: the streams and commands that name TEXT, for a closer look.
"""
import difflib
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import poll_tally
import state_rules

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"
MIN_STREAMS = 70
MIN_COMMANDS = 50
MIN_POLLS = 3
TIME_LIMIT = 120
FINDING = ["stream", "number", "line", "code", "field", "message"]
PRINTS = {"document": ".document.json", "tally": ".tally.json", "hash": ".hash"}
CODES = """
json_invalid json_duplicate_key event_type_unknown field_missing field_type id_invalid id_empty text_empty text_too_long
text_control url_invalid email_invalid rating_out_of_range time_invalid caption_without_url election_unknown
competition_unknown candidate_unknown voter_unknown ballot_unknown rating_unknown election_deleted competition_removed
candidate_removed election_exists competition_exists candidate_exists voter_exists voter_email_taken ballot_exists
ballot_already_issued ballot_cast ballot_empty election_opened election_not_open election_closed ballot_paper_frozen
election_incomplete competition_too_small close_before_open stream_gap stream_order stream_mismatch event_id_duplicate
record_invalid
""".split()  # D7 without election_mismatch, which no record can reach


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, problem):
        """`problem` is empty or says what differs, in lines."""
        if not problem:
            self.passed += 1
            return
        self.failed += 1
        first, *rest = problem
        print("FAILED %s: %s" % (name, first))
        for line in rest[:40]:
            print("    " + line)


def rows(name, columns):
    table = []
    for line in (FIXTURES / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != columns:
                raise SystemExit("%s: %d columns instead of %d: %s" % (name, len(cells), columns, line))
            table.append(cells)
    return table


def run(program, arguments):
    """Exit status, standard output, standard error."""
    try:
        done = subprocess.run(
            program + arguments, cwd=FIXTURES, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIME_LIMIT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as why:
        return -1, b"", str(why).encode()
    return done.returncode, done.stdout, done.stderr


def without_message(line):
    """A printed finding as the fixtures keep it; a line that says what is wrong with it otherwise."""
    try:
        pairs = json.loads(line, object_pairs_hook=list)
    except ValueError as why:
        return "not JSON (%s): %s" % (why, line)
    if [key for key, _ in pairs] != FINDING:
        return "not a finding's keys: " + line
    if not isinstance(pairs[-1][1], str) or not pairs[-1][1]:
        return "no message: " + line
    return json.dumps(dict(pairs[:-1]), separators=(",", ":"))


def text_lines(data):
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    if lines.pop() != "":
        lines.append("(no line feed at the end)")
    return lines


def compare(expected, exit_expected, result, findings=False):
    status, out, err = result
    got = [without_message(line) for line in text_lines(out)] if findings else text_lines(out)
    want = text_lines(expected)
    problem = []
    if status != exit_expected:
        problem += ["exit status %d instead of %d" % (status, exit_expected)]
    if got != want:
        problem += problem or ["another output"]
        problem += [line[:300] for line in difflib.unified_diff(want, got, "expected", "printed", lineterm="", n=1)]
    return problem and problem + ["stderr: " + line[:300] for line in text_lines(err)[:5]]


def check_stream(report, program, path, stream, status):
    """One line of the manifest. `stream` is where its bytes are, which for a large one is not beside the rest."""
    base = FIXTURES / path.removesuffix(".ndjson")
    findings = base.with_name(base.name + ".findings.json")
    if status == 1 and not findings.exists():
        report.check(path, ["no " + findings.name])
        return
    expected = findings.read_bytes() if findings.exists() else b""
    result = run(program, ["verify", "--format", "json", str(stream)])
    report.check(path + " verify", compare(expected, status, result, findings=True))
    keep_going = ["--keep-going"] if status else []
    for what, ending in PRINTS.items():
        file = base.with_name(base.name + ending)
        if file.exists():
            result = run(program, ["replay", "--print", what, *keep_going, str(stream)])
            report.check("%s replay --print %s" % (path, what), compare(file.read_bytes(), status, result))


def check_command(report, program, row):
    status, expected, arguments, _, _ = row
    out = b"" if expected == "-" else (FIXTURES / expected).read_bytes()
    result = run(program, arguments.split())
    report.check(arguments, compare(out, int(status), result, findings=expected.endswith(".findings")))


def check_completeness(report, manifest, commands):
    """That the fixtures are all here, all listed, and hold together among themselves."""
    listed = {row[0] for row in manifest}
    report.check("number of streams", [] if len(listed) >= MIN_STREAMS else ["only %d" % len(listed)])
    report.check("number of commands", [] if len(commands) >= MIN_COMMANDS else ["only %d" % len(commands)])
    bases = {path.removesuffix(".ndjson") for path in listed} | {row[1] for row in commands}
    endings = [".ndjson", ".findings.json", *PRINTS.values()]
    codes = set()
    for path in sorted(p for folder in ("valid", "invalid", "large", "commands") for p in (FIXTURES / folder).iterdir()):
        name = path.relative_to(FIXTURES).as_posix()
        known = name in bases or any(name.endswith(end) and name.removesuffix(end) in bases for end in endings)
        report.check(name, [] if known else ["is in no manifest"])
        if name.endswith(".findings.json"):
            codes |= {json.loads(line)["code"] for line in path.read_text(encoding="utf-8").splitlines()}
        if name.endswith(".document.json"):
            report.check(name + " itself", check_document(path))
    report.check("codes of D7 without a fixture", sorted(set(CODES) - codes))
    report.check("codes that are not of D7", sorted(codes - set(CODES)))


def check_polls(report):
    """That the tallies beside the polls are still what their ballots give."""
    polls = sorted((FIXTURES / "polls").glob("*.csv"))
    report.check("number of polls", [] if len(polls) >= MIN_POLLS else ["only %d" % len(polls)])
    for poll in polls:
        rows_counted = [poll_tally.COLUMNS, *poll_tally.as_rows(poll_tally.tally(*poll_tally.read_ballots(poll)))]
        kept = [line.split("\t") for line in poll.with_suffix(".tally.tsv").read_text(encoding="utf-8").splitlines()]
        report.check("polls/" + poll.name, [] if kept == rows_counted else ["its tally is not what its ballots give"])


def check_document(path):
    lines = path.read_bytes().splitlines(keepends=True)
    broken = [state_rules.broken_rules(json.loads(line)) for line in lines]
    problem = ["breaks the state rules %s of D6" % broken] if any(broken) else []
    hashes = path.with_name(path.name.replace(".document.json", ".hash"))
    if hashes.exists():
        want = [line.split()[2] for line in hashes.read_text().splitlines()]
        if want != [hashlib.sha256(line.removesuffix(b"\n")).hexdigest() for line in lines]:
            problem.append(hashes.name + " is not its hash")
    return problem


def chosen(table, only, column):
    """The rows that are asked for, read from their cell of that number."""
    return [row for row in table if only is None or only in row[column]]


def main(words):
    only = words[1] if words[:1] == ["--only"] and len(words) > 1 else None
    program = words[2:] if only is not None else words
    if not program:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    program = [str(pathlib.Path(word).resolve()) if pathlib.Path(word).exists() else word for word in program]
    report = Report()
    manifest, commands = rows("manifest.tsv", 4), rows("commands.tsv", 5)
    check_completeness(report, manifest, commands)
    check_polls(report)
    streams, lines = chosen(manifest, only, 0), chosen(commands, only, 2)
    report.check("--only", [] if streams or lines else ["no fixture names %s" % only])
    with tempfile.TemporaryDirectory(prefix="photovote-large-") as folder:
        if any(row[0].startswith("large/") for row in streams):
            subprocess.run([sys.executable, FIXTURES / "make_binary.py", "--large", folder], check=True)
        for path, status, _, _ in streams:
            stream = pathlib.Path(folder, pathlib.Path(path).name) if path.startswith("large/") else FIXTURES / path
            check_stream(report, program, path, stream, int(status))
    for row in lines:
        check_command(report, program, row)
    print("%d passed, %d failed" % (report.passed, report.failed))
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
