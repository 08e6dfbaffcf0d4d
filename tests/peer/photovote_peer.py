#!/usr/bin/python3
"""The second implementation of the audit: `verify` and `replay` of F5 on plain NDJSON, in Python's standard library.

Written from docs/domain.md (D) and docs/formats.md (F) alone, with other means than the C program's: whole files in
memory, trees, dicts, sets and recounts. Where the two disagree one of them is wrong, and the text says which.

    photovote_peer.py verify FILE [--format text|json] [--election ID]
    photovote_peer.py replay FILE [--print document|tally|hash|none] [--at N|TIME] [--keep-going] [--election ID]
"""
import argparse
import hashlib
import sys

import events
import strict_json
import values
from election import Election
from state_rules import broken_rules
from values import Refused

MAX_LINE = 16777216
MAX_NUMBER = 2**63 - 1
KEYS = ("stream", "number", "type", "data", "id", "created", "position", "metadata")
REQUIRED = {"stream", "number", "type", "data"}
BOM = b"\xef\xbb\xbf"


class Undoable(Exception):
    """What makes the exit status 2."""


# ---- F1: from bytes to records ----


def numbered_lines(source):
    """The lines of a file as (number, bytes), blank ones left out."""
    if source.startswith(BOM):
        source = source[len(BOM) :]
    for number, line in enumerate(source.split(b"\n"), 1):
        if line.strip(b" \t\r") or len(line) > MAX_LINE:
            yield number, line


def read_line(line):
    """F1, step 1: the record's object, or None."""
    if len(line) > MAX_LINE:
        return None
    try:
        record = strict_json.parse(line)
    except strict_json.GrammarError:
        return None
    if not isinstance(record, strict_json.Object):
        return None
    for key, value in record.members:
        if key is strict_json.BROKEN or (key != "data" and not strict_json.is_sound(value, 2)):
            return None
    return record


def stream_election(value):
    """The ElectionId that a stream's name carries, or None."""
    if type(value) is str and value.startswith("Election-"):
        name = value[len("Election-") :]
        try:
            if values.ulid(name) == name:
                return name
        except Refused:
            pass
    return None


def is_number(value):
    return type(value) is int and 0 <= value <= MAX_NUMBER


def is_date(value):
    try:
        return type(value) is str and values.date(value) is not None
    except Refused:
        return False


FITS = {
    "stream": stream_election,
    "number": is_number,
    "type": lambda value: type(value) is str,
    "data": lambda value: True,
    "id": lambda value: type(value) is str,
    "created": is_date,
    "position": is_number,
    "metadata": lambda value: isinstance(value, strict_json.Object),
}


class Envelope:
    """F1, step 2: what can be read of a record, and its first fault."""

    def __init__(self, record):
        self.keys = dict(record.members)
        twice = record.twice(KEYS)
        for key in twice:
            del self.keys[key]
        self.fault = twice[0] if twice else self.first_fault()
        self.election = stream_election(self.keys.get("stream"))
        self.foreign = type(self.keys.get("stream")) is str and not self.election
        self.stream = "Election-" + self.election if self.election else None
        number = self.keys.get("number")
        self.number = number if is_number(number) else None
        created = self.keys.get("created")
        self.created = values.date(created) if is_date(created) else None
        self.undated = "created" not in twice and created is None

    def first_fault(self):
        for key in KEYS:
            value = self.keys.get(key)
            if key == "data":
                if key not in self.keys:
                    return key
            elif value is None:
                if key in REQUIRED:
                    return key
            elif not FITS[key](value):
                return key
        return None


# ---- F1 steps 3 to 8, F5: the run ----


class Stream:
    def __init__(self):
        self.next = 0
        self.seen = set()
        self.election = Election()
        self.appeared = None  # when; None: not yet
        self.refused = False  # a finding has ended it
        self.stopped = False  # --at has


class Run:
    """One pass over a source. What is found goes to `findings`, in order."""

    def __init__(self, only=None, every=True, duplicates=True, at_number=None, at_time=None):
        self.only, self.every, self.duplicates = only, every, duplicates
        self.at_number, self.at_time = at_number, at_time
        self.streams, self.findings = {}, []
        self.named = self.cut_short = False

    def report(self, line, envelope, refused):
        finding = {
            "stream": envelope and envelope.stream,
            "number": envelope and envelope.number,
            "line": line,
            "code": refused.code,
            "field": refused.field,
            "message": "%s: %s %s" % (refused.code, refused.field or "the line", refused.about),
        }
        self.findings.append(finding)
        if envelope and envelope.election and not self.every:
            self.streams[envelope.election].refused = True

    def read(self, source):
        for number, line in numbered_lines(source):
            self.read_record(number, line)
            if self.cut_short:
                break

    def read_record(self, line, text):
        record = read_line(text)
        envelope = Envelope(record) if record else None
        if envelope and envelope.foreign:
            if not self.only:
                self.report(line, envelope, Refused("record_invalid", envelope.fault))
        elif not envelope or not envelope.election:
            self.report(line, envelope, Refused("record_invalid", envelope and envelope.fault))
            self.cut_short = not self.every
        elif not self.only or self.only == envelope.election:
            self.named = True
            stream = self.streams.setdefault(envelope.election, Stream())
            if not stream.refused and not self.stops(stream, envelope):
                self.judge(line, stream, envelope)

    def stops(self, stream, envelope):
        """--at: whether the stream stops before this record, or has stopped."""
        if stream.stopped:
            return True
        if self.at_time is not None:
            if envelope.undated:
                raise Undoable("%s: a record without created" % envelope.stream)
            stream.stopped = envelope.created is not None and envelope.created > self.at_time
        elif self.at_number is not None and envelope.number is not None:
            stream.stopped = envelope.number > self.at_number
        return stream.stopped

    def judge(self, line, stream, envelope):
        """A record whose stream can be read: F1 from step 2's findings on."""
        try:
            if envelope.number is None:
                raise Refused("record_invalid", envelope.fault)
            if stream.appeared is None:
                stream.appeared = sum(other.appeared is not None for other in self.streams.values())
            expected, stream.next = stream.next, max(stream.next, envelope.number + 1)
            if envelope.number < expected:
                raise Refused("stream_order", "number", "%d is next" % expected)
            if envelope.number > expected:
                self.report(line, envelope, Refused("stream_gap", "number", "%d is next" % expected))
                if stream.refused:
                    return
            if envelope.fault:
                raise Refused("record_invalid", envelope.fault)
            event = events.decode(envelope.keys["type"], envelope.keys["data"])
            if event.election_id != envelope.election:
                raise Refused("stream_mismatch", "stream", "the event says " + event.election_id)
            if self.duplicates and event.id in stream.seen:
                self.report(line, envelope, Refused("event_id_duplicate", "id"))
            stream.seen.add(event.id)
            stream.election.when(event)
        except Refused as refused:
            self.report(line, envelope, refused)
        finally:
            if self.at_number is not None and envelope.number == self.at_number:
                stream.stopped = True

    def elections(self):
        """(stream, election) of what is to be printed, in the order of appearance."""
        shown = [it for it in self.streams.items() if it[1].election.id and (self.every or not it[1].refused)]
        return [("Election-" + key, it.election) for key, it in sorted(shown, key=lambda it: it[1].appeared)]


# ---- the commands ----


def finding_json(finding):
    return strict_json.printed(finding, also_c1=True)


def finding_text(finding):
    where = "line %d" % finding["line"]
    if finding["stream"]:
        where += ", %s" % finding["stream"]
    if finding["number"] is not None:
        where += " number %d" % finding["number"]
    return "%s: %s" % (where, strict_json.printed_text(finding["message"], also_c1=True)[1:-1])


def check_named(run):
    if run.only and not run.named and not run.cut_short:
        raise Undoable("no record of election " + run.only)


def verify(source, output="json", only=None):
    """(standard output, standard error, exit status)"""
    run = Run(only)
    run.read(source)
    lines = [(finding_json if output == "json" else finding_text)(it) for it in run.findings]
    if output == "text":
        lines.append("%d findings" % len(lines))
    out = "".join(line + "\n" for line in lines)
    try:
        check_named(run)
    except Undoable as why:
        return out, str(why) + "\n", 2
    return out, "", 1 if run.findings else 0


def printed_election(stream, election, what):
    if what == "tally":
        return strict_json.printed(election.tally())
    document = strict_json.printed(election.document())
    if what == "document":
        return document
    digest = hashlib.sha256(document.encode()).hexdigest()
    return "%s %d %s" % (stream, election.version("election", election.id), digest)


def replay(source, what="document", at=None, keep_going=False, only=None):
    """(standard output, standard error, exit status)"""
    number = int(at) if at and at.isdigit() else None
    moment = values.date(at) if at and number is None else None
    run = Run(only, every=keep_going, duplicates=False, at_number=number, at_time=moment)
    try:
        run.read(source)
        check_named(run)
    except Undoable as why:
        return "", "".join(finding_text(it) + "\n" for it in run.findings) + str(why) + "\n", 2
    found = "".join(finding_text(it) + "\n" for it in run.findings)
    if run.cut_short:
        return "", found, 1
    shown = run.elections()
    for stream, election in shown:
        broken = broken_rules(election.document())
        if broken:
            raise AssertionError("%s breaks the state rules %s of D6" % (stream, broken))
    out = [] if what == "none" else [printed_election(*it, what) + "\n" for it in shown]
    return "".join(out), found, 1 if found else 0


class Parser(argparse.ArgumentParser):
    def error(self, message):
        """One line, as F5 wants it."""
        self.exit(2, "%s: %s\n" % (self.prog, message))


def arguments(words):
    parser = Parser(prog="photovote_peer.py", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("verify", "replay"):
        command = commands.add_parser(name, allow_abbrev=False)
        command.add_argument("source")
        command.add_argument("--election", type=election_argument)
        if name == "verify":
            command.add_argument("--format", choices=["text", "json"], default="text")
        else:
            command.add_argument("--print", dest="what", choices=["document", "tally", "hash", "none"], default="document")
            command.add_argument("--at", type=at_argument)
            command.add_argument("--keep-going", action="store_true")
    return parser.parse_args(words)


def election_argument(text):
    try:
        return values.ulid(text)
    except Refused as refused:
        raise argparse.ArgumentTypeError("%s is no election id (%s)" % (text, refused.code)) from None


def at_argument(text):
    if not (text.isascii() and text.isdigit()) and not is_date(text):
        raise argparse.ArgumentTypeError("%s is neither a number nor a date-time" % text)
    return text


def main(words):
    given = arguments(words)
    try:
        if given.source == "-":
            source = sys.stdin.buffer.read()
        else:
            with open(given.source, "rb") as file:
                source = file.read()
    except OSError as why:
        print("photovote_peer.py: %s" % why, file=sys.stderr)
        return 2
    if given.command == "verify":
        out, err, status = verify(source, given.format, given.election)
    else:
        out, err, status = replay(source, given.what, given.at, given.keep_going, given.election)
    sys.stdout.buffer.write(out.encode())
    sys.stderr.buffer.write(err.encode("utf-8", "backslashreplace"))
    return status


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except AssertionError as defect:
        print("defect: %s" % defect, file=sys.stderr)
        sys.exit(3)
