#!/usr/bin/env python3
"""The first inputs of each fuzz target, made of fixtures/: writes DIR/TARGET/*, the same each time.

usage: fuzz/seeds.py DIR
"""
import gzip
import hashlib
import json
import os
import random
import re
import sys
import zlib

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), ".."))
FIXTURES = os.path.join(TOP, "fixtures")
STREAM_MAX = 16 << 10
EVENT_MAX = 4 << 10
IMPORT_ROWS = (1, 4, 40)
ODD_TABLES = [
    b"",
    b"\xef\xbb\xbfvoterID,voteTime,pollID,A,B\nv1,2024-02-24 18:00:00,p,5,0\n",
    b'voterID,voteTime,pollID,"A, ""a""",B\r\nv1,2024-02-24T18:00:00.5Z,p,"5",\r\n\r\nv2,2024-02-24T19:00:00+01:00,p,0,1\r\n',
    b"voterID,voteTime,pollID,&eacute;&#233;&#xE9;&lt;&nbsp;B,C\nv&amp;1,2024-02-24 18:00:00,p,1,2\n",
    b"voterID,voteTime,pollID,A,A\nv1,1969-12-31 18:00:00,p,6,x\nv1,never,q,1\n",
    b'voterID,voteTime,pollID,A,B\n"v1,2024-02-24 18:00:00,p,1,2\n',
    b"pollID,voteTime,voterID,A,B\nv1,2024-02-24 18:00:00,p,1,2\n",
]


def read(path):
    with open(path, "rb") as f:
        return f.read()


def streams():
    for folder in ("valid", "invalid"):
        for name in sorted(os.listdir(os.path.join(FIXTURES, folder))):
            if name.endswith(".ndjson"):
                yield read(os.path.join(FIXTURES, folder, name))


def documents():
    for folder in ("valid", "invalid"):
        for name in sorted(os.listdir(os.path.join(FIXTURES, folder))):
            if name.endswith(".document.json"):
                yield from read(os.path.join(FIXTURES, folder, name)).splitlines()


def event_of(line):
    """The type's name, a line feed, and the bytes of `data` as they stand in a record; None if Python sees no record."""
    try:
        text = line.decode("utf-8")
        record = json.loads(text)
        begin = re.search(r'"data"\s*:\s*', text).end()
        end = json.JSONDecoder().raw_decode(text, begin)[1]
        return record["type"].encode() + b"\n" + text[begin:end].encode()
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None


def events():
    for stream in streams():
        for line in stream.split(b"\n"):
            event = event_of(line)
            if event is not None and len(event) <= EVENT_MAX:
                yield event


def many_candidates():
    """So many that a ballot's ratings are kept in another way."""
    columns = b",".join(b"%x" % i for i in range(260))
    stars = b",".join(b"%d" % (i % 6) for i in range(260))
    rows = b"".join(b"v%d,2024-02-24 18:00:0%d,p,%s\n" % (i, i, stars) for i in range(3))
    return b"voterID,voteTime,pollID," + columns + b"\n" + rows


def polls():
    yield from ODD_TABLES
    yield many_candidates()
    for name in sorted(os.listdir(os.path.join(FIXTURES, "polls"))):
        if name.endswith(".csv"):
            lines = read(os.path.join(FIXTURES, "polls", name)).splitlines(True)
            for rows in IMPORT_ROWS:
                yield b"".join(lines[:1 + rows])


def short_streams():
    return [s for s in streams() if len(s) <= STREAM_MAX]


def json_texts():
    for event in events():
        yield event.split(b"\n", 1)[1]
    yield from documents()


def document_pairs():
    every = list(documents())
    yield from every
    for a, b in zip(every, every[1:]):
        yield a + b"\0" + b


def files():
    """For fuzz_ndjson: how the file is made (four bytes), then the file or what is to be compressed."""
    for stream in short_streams():
        if len(stream) <= 1 << 10:
            yield b"\0" + stream
    text = b'\xef\xbb\xbf{"a":1}\n\n \t\r\n{"b":2}\r\n{"c":3}'
    packed = gzip.compress(text, mtime=0)
    yield b"\0" + packed
    yield b"\0" + packed + packed
    yield b"\0" + packed[:-3]
    yield b"\0" + packed + b"more"
    yield b"\0" + zlib.compress(text)
    for how in range(2, 256, 3):
        place = hashlib.sha256(bytes([how])).digest()
        yield bytes([how | 2, place[0], place[1], place[2]]) + text * (1 + how % 7)


def histories():
    draws = random.Random(1)
    for which in range(11):
        for size in (0, 8, 100, 400, 1200):
            yield bytes([which]) + bytes(draws.randrange(256) for _ in range(size))


SEEDS = {
    "json": json_texts,
    "event": events,
    "record": short_streams,
    "document": document_pairs,
    "stream": short_streams,
    "history": histories,
    "import": polls,
    "ndjson": files,
}


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    for target, make in SEEDS.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for seed in make():
            with open(os.path.join(folder, hashlib.sha1(seed).hexdigest()), "wb") as f:
                f.write(seed)


main()
