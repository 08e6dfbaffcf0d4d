#!/usr/bin/env python3
"""The first inputs of each fuzz target, made of fixtures/: writes DIR/TARGET/*, the same each time.

usage: fuzz/seeds.py DIR
"""
import base64
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


def encoded(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=")


def tokens():
    """Tokens that others signed, what is to be signed, and sets of keys (fuzz_jwt.c)."""
    with open(os.path.join(TOP, "fuzz/fuzz_jwt.c"), "r", encoding="utf-8") as f:
        source = f.read()
    joe = re.search(r'#define JOE\s+\\?\s*"([^"]*)"', source).group(1)
    listed = source[source.index("signed_tokens[] = {"):]
    listed = re.sub(r"/\*.*?\*/", "", listed[:listed.index("};")], flags=re.S).replace("JOE", f'"{joe}"')
    for item in listed.split(","):
        token = "".join(re.findall(r'"([^"]*)"', item)).encode()
        if token:
            yield b"T" + token
            yield b"T" + token[:-1]
            yield b"T" + token[:token.rindex(b".") + 1]
            yield b"T" + token + b"AAAA"
            yield b"T" + token.replace(b"eyJhbGciOiJFUzI1NiJ9", encoded(b'{"alg":"EdDSA"}'))
    for alg in (b"none", b"None", b"HS256", b"EdDSA"):
        yield b"T" + encoded(b'{"alg":"%s"}' % alg) + b"." + joe.encode() + b"."
    sound = b'"iss":"joe","aud":"photovote","sub":"s","exp":1300819380'
    ulid = b"01HQ0000000000000000000001"
    headers = [b'{"alg":"EdDSA"}', b'{"alg":"EdDSA","kid":"o","typ":"JWT"}', b'{"alg":"EdDSA","typ":"at+jwt","kid":"x"}',
               b'{"alg":"ES256","kid":"e"}', b'{"alg":"RS256"}', b'{"alg":"EdDSA","typ":"x"}', b'{"alg":7}', b'[]', b'',
               b'{"alg":"EdDSA","crit":["exp"]}', b'{"alg":"EdDSA","b64":false}', b'{"alg":"EdDSA","zip":"DEF","cty":"JWT"}',
               b'{"alg":"EdDSA","alg":"EdDSA"}', b'{"alg":"EdDSA","kid":null}', b'{"alg":"none"}', b'{"\\u0061lg":"EdDSA"}']
    claims = [b"{" + sound + b"}", b"{}", b"[]", b"", b"{" + sound + b',"sub":"s"}', b"{" + sound + b',"nbf":1300819440}',
              b"{" + sound + b',"nbf":1300819439,"iat":0,"jti":"j"}', b'{"iss":"us","aud":"photovote","sub":"s","exp":1300819380}',
              b'{"iss":"joe","aud":["x","photovote"],"sub":"s","exp":1300819319}',
              b'{"iss":"joe","aud":["photovote"],"sub":"s","exp":1300819320}', b'{"iss":"joe","aud":["x"],"sub":"s","exp":1}',
              b'{"iss":"joe","aud":"photovote","sub":"","exp":1300819380}', b'{"iss":7}', b'{"aud":[7]}', b'{"exp":1.5}',
              b'{"exp":-1}', b'{"exp":9223372036854775808}', b'{"exp":253402300800}', b'{"exp":1e9}', b'{"nbf":"1"}',
              b"{" + sound + b',"roles":["administrator","auditor"],"email":"k@x.y","email_verified":true}',
              b"{" + sound + b',"roles":"voter","email":"k@x.y"}', b"{" + sound + b',"roles":["voter",7]}',
              b"{" + sound + b',"roles":{}}', b"{" + sound + b',"email":"k","email_verified":"x"}',
              b"{" + sound + b',"email":"k@x.y","email_verified":false}', b"{" + sound + b',"election":"' + ulid + b'"}',
              b"{" + sound + b',"election":"x"}', b"{" + sound + b',"election":7}',
              b'{"iss":"joe","aud":"photovote","sub":"' + ulid + b'","exp":1300819380,"roles":["voter"],"email":"k@x.y"}',
              b"{" + sound + b',"x":[[[[[[[]]]]]]]}', b"{" + sound + b',"x":[[[[[[[[]]]]]]]]}',
              b"{" + b",".join(b'"%d":0' % i for i in range(65)) + b"}", b'{"iss":"joe"}', b'{"email":7}', b'{"email":null}']
    for header in headers:
        yield b"S" + header + b"\n" + claims[0]
    for body in claims:
        yield b"S" + headers[1] + b"\n" + body
    yield b"S" + headers[1] + b"\n{" + sound + b',"x":"' + b"a" * 6000 + b'"}'
    point = (b'"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
             b'"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"')
    okp = b'"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"'
    rsa = [b'"kty":"RSA","e":"%s","n":"%s"' % (e, encoded(b"\x80" + b"\x5b" * n))
           for e, n in ((b"AQAB", 255), (b"Aw", 1023), (b"AQ", 255), (b"AQAB", 254), (b"AQAB", 1024), (b"Ag", 255))]
    keys = [b'"kty":"EC","crv":"P-256",' + point, b'"kty":"EC","crv":"P-384",' + point, okp, okp + b',"use":"enc"',
            b'"kty":"EC","crv":"P-256",' + point.replace(b"I5a0", b"I5a4"), okp + b',"key_ops":["sign","verify"]',
            okp + b',"key_ops":["sign"],"kid":"k"', okp + b',"alg":"EdDSA","use":"sig","kid":"k"', okp + b',"alg":"RS256"',
            b'"kty":"oct","k":"AA"', okp + b',"kid":7', okp[:-4] + b'"'] + rsa
    for key in keys:
        yield b'K{"keys":[{' + key + b"}]}"
    yield b'K{"keys":[' + b",".join(b"{" + key + b"}" for key in keys) + b"]}"
    yield b'K{"keys":[' + b",".join([b"{}"] * 65) + b"]}"
    yield from (b"K", b"K{}", b"K[]", b'K{"keys":{}}', b'K{"keys":[7,null]}', b'K{"keys":[],"keys":[]}')


METHODS = {"Created": "POST", "Added": "POST", "Registered": "POST", "Deleted": "DELETE", "Removed": "DELETE"}
PLAIN_REQUESTS = rb"""
- GET /openapi.json
- GET /docs
u GET /healthz
a GET /readyz
a GET /metrics
- HEAD /election/
- GET /photo/there.png
- GET /photo/..%2Fx.png
- PATCH /election
- DELETE /election/opened
- GET /nowhere
? GET /election
! GET /election
n GET /healthz
a GET /election?after=x
a GET /election?limit=0
a GET /election?after=01HQ0000000000000000000001&limit=1
a GET /election/x
a GET /event/00000000-0000-0000-0000-000000000001
u/01HQ0000000000000000000009 GET /event/01HQ0000000000000000000001
a POST /election Content-Type=text/plain {}
a POST /election Content-Type=application/problem+json;_charset=utf-8 {"name":"N"}
a POST /election PV-Why=%41_%zz {"name":"N"}
a POST /election PV-Why=%41_b PV-When=2024-02-24T18:00:00Z X-Correlation-Id=abc {"name":"N"}
a POST /election X-Correlation-Id=a_b {"name":"N"}
a POST /election PV-When=2024-02-30T18:00:00Z {"name":"N"}
a POST /election PV-Expected-Version=-1 {"name":"N"}
a POST /election PV-Expected-Version=0 {"name":"N"}
a POST /election traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 {"name":"N"}
a POST /election {"id":"01HQ0000000000000000000001"}
a POST /election %7B%22name%22:%22%FF%22%7D
a/01HQ0000000000000000000009 POST /election {"name":"N","election_id":"01HQ0000000000000000000001"}
&a POST /election {"name":"N","election_id":"01HQ0000000000000000000001"}
wait 1000
a GET /election/01HQ0000000000000000000001 PV-Min-Version=7
a GET /election/01HQ0000000000000000000001 If-None-Match="0"
"""


def request_of(line, voters):
    """The request that would record what the line of a stream has; None if Python sees none."""
    event = event_of(line)
    if event is None or not event.startswith(b"PhotoVote.Event."):
        return None
    kind, data = event.split(b"\n", 1)
    aggregate, name = kind.decode().split(".")[-2:]
    words = [w.lower() for w in re.findall("[A-Z][a-z]*", name[len(aggregate):])]
    method = METHODS.get("".join(words).capitalize(), "POST" if words == ["cast"] else "PUT")
    path = "/" + aggregate.lower() + ("/" + "-".join(words) if "".join(words).capitalize() not in METHODS else "")
    body = json.loads(data)
    if not isinstance(body, dict) or not all(isinstance(body.get(key), (str, type(None))) for key in ("ballot_id", "voter_id")):
        return None
    if name == "BallotCreated":
        voters[body.get("ballot_id")] = body.get("voter_id")
    caller = "a" if aggregate != "Ballot" or name == "BallotCreated" else f"v:{voters.get(body.get('ballot_id'))}"
    return f"{caller} {method} {path} ".encode() + re.sub(rb"\s*\n\s*", b" ", data)


def requests():
    """For fuzz_request: streams as requests, then every read of them by several callers; and what is refused at the door."""
    reads = ["", "/document", "/results", "/voters?limit=1", "/ballots?from=1", "/ballot/mine", "/events?limit=3", "/refusals", "/live"]
    plain = PLAIN_REQUESTS.strip().split(b"\n")
    yield b"\n".join(plain[:20])
    yield b"\n".join(plain[20:])
    for stream in streams():
        voters = {}
        lines = [r for r in (request_of(line, voters) for line in stream.split(b"\n")[:30]) if r is not None]
        found = re.search(rb"Election-([0-9A-Z]{26})", stream)
        if not lines or found is None:
            continue
        voter = next(iter(voters.values()), None)
        for caller in ("-", "a", "u", f"v:{voter}"):
            asked = [f"{caller} GET /election/{found.group(1).decode()}{read}".encode() for read in reads]
            seed = b"\n".join(lines + asked)
            if len(seed) <= 6 << 10:
                yield seed
            yield b"\n".join(lines[:6] + asked[:1] + [b"&" + line for line in lines[6:10]] + [b"wait 999"] + lines[:1] + asked)[:6 << 10]


def configurations():
    """For fuzz_config: each setting in each place, and lines of every form."""
    with open(os.path.join(TOP, "tools/photovote/settings.tbl.h"), "r", encoding="utf-8") as f:
        rows = re.findall(r'PV_SETTING\(\w+, ([a-z-]+), (\w+), "([^"]*)", (\d+), (\d+)', f.read())
    for name, kind, value, least, most in rows:
        for given in {value, least, most, str(int(most) + 1), "on", "off", "", "x"}:
            line = f"{name}={given}"
            own = f"PHOTOVOTE_{name.upper().replace('-', '_')}={given}"
            yield f"# all\n{line}\n-- .env\n{own}\n-- environment\n{own}\n-- flags\n{line}\n".encode()
            yield f"port = 1\n -- x\n{name} = \"{given}\" # one\n-- .env\nexport {own}".encode()
            yield f"-- environment\nHOME=/\nPHOTOVOTE_PORT=1\n{own}".encode()
    for text in (b"", b"# x", b"x", b"=", b"x=", b" port = 1\r\n\r\n", b"port='1' # \"", b"data = # none", b"data =#x", b"data=a\t#b", b"data='a' b'",
                 b"data=\"a", b"data=''", b"data='a # b' # c", b"data=\0x", b"port=1\nport=2\nport=x", b"data=" + b"a" * 4089, b"data=" + b"a" * 4090):
        yield text
        yield text + b"\n"
    for text in (b"A=1\nexport B=2\nexport\nC", b"PHOTOVOTE_X=1", b"export PHOTOVOTE_PORT = '3'", b"PHOTOVOTE_PORT=1\n-- environment\nPHOTOVOTE_\nPHOTOVOTE_=1"):
        yield b"-- .env\n" + text


SEEDS = {
    "json": json_texts,
    "event": events,
    "record": short_streams,
    "document": document_pairs,
    "stream": short_streams,
    "history": histories,
    "import": polls,
    "jwt": tokens,
    "request": requests,
    "config": configurations,
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
