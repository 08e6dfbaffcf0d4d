"""Random histories of elections as NDJSON: mostly valid, aimed at live ids, spoilt here and there.

A history is told to the peer while it is made, so that the next event can aim at what lives. What is written is raw
JSON text, so that everything a reader might trip over can be written: escapes, white space, order, twice the same key.
"""
import photovote_peer as peer

# The draws: (weight, thing) lists, and the state of the election that they look at.


def weighted(rng, pairs):
    return rng.choices([thing for _, thing in pairs], [weight for weight, _ in pairs])[0]


def ident(letter, number):
    return "01HQ" + letter + "%021d" % number


EVERYTHING = [
    "ElectionCreated ElectionDeleted ElectionNameChanged ElectionDescriptionChanged ElectionOpened ElectionClosed",
    "CompetitionAdded CompetitionRemoved CompetitionNameChanged CompetitionDescriptionChanged",
    "CandidateAdded CandidateRemoved CandidateNameChanged CandidateDescriptionChanged CandidateImageChanged",
    "VoterRegistered BallotCreated BallotCandidateRated BallotCast",
]
KINDS = " ".join(EVERYTHING).split()
FIELDS = {kind.split(".")[-1]: (kind, list(fields)) for kind, fields in peer.events.CATALOGUE.items()}
RARELY = {"ElectionDeleted": 0.1, "CompetitionRemoved": 0.25, "CandidateRemoved": 0.25, "ElectionClosed": 0.3}


def likely(election):
    """How much likelier than not an event is, as the election stands; what is not named is left to RARELY."""
    if election.phase == "unborn":
        return {"ElectionCreated": 100}
    if election.phase == "draft":
        live = election.live_competitions()
        ready = live and all(len(election.live_candidates(it)) >= 2 for it in live)
        candidates = {kind: 0.05 for kind in KINDS if kind.startswith("Candidate")} if not election.candidates else {}
        waiting = len(election.voters) - len(election.ballots)
        paper = {
            "CompetitionAdded": 1 if live else 12,
            "CandidateAdded": 12 if live else 0.1,
            "CandidateImageChanged": 2 if election.candidates else 0.05,
            "VoterRegistered": 2,
            "BallotCreated": waiting,
            "ElectionOpened": 6 if ready else 0.3,
        }
        return {**candidates, **paper}
    if election.phase == "open":
        uncast = sum(not it["cast"] for it in election.ballots.values())
        return {
            "VoterRegistered": 4,
            "BallotCreated": 3 * (len(election.voters) - len(election.ballots)),
            "BallotCandidateRated": 12 * min(uncast, 3),
            "BallotCast": 2 * min(uncast, 2),
            "CandidateRemoved": 0.7,
            "ElectionClosed": 0.7,
        }
    return {"CandidateRemoved": 1, "CompetitionRemoved": 1, "ElectionNameChanged": 2}


GOOD_TEXTS = ["a", "Dunes", "é", "写真 😀", " edge ", "\u00a0", "\u2028", '"\\/', "\ufeff", "x" * 200, "😀" * 200]
BAD_TEXTS = ["", " ", "   ", "\t", "\x00", "a\nb", "\x7f", "\x85", "é" * 201, " " * 201, "\x01" + "x" * 200, "\r\n"]
GOOD_LONG = GOOD_TEXTS + ["", "a\nb", "\tx\r\n", "y" * 4000]
BAD_LONG = [" ", "\n \t\r", "\x00", "\x0b", "\x80", "y" * 4001, " " * 4001]
GOOD_URLS = ["", "/", "/a/b?c#d", "https://h", "http://u:p@h:8080/x", "https://@h", "https://h?@:", "/" + "u" * 2047]
BAD_URLS = [" ", "//h", "x", "HTTP://h", "https://", "https:///x", "https://:1", "https://a@", "/ ", "/é", "/|", "/" + "u" * 2048]
GOOD_EMAILS = ["%s@%s" % (a, b) for a in ("ana", "ANA", "bob", "c.d") for b in ("x.org", "X.org", "y")] + ["l" * 64 + "@z"]
BAD_EMAILS = ["", "@", "a@", "@b", "a@b@c", "a@-b", "a@b.", "a b@c", "ä@b", "l" * 65 + "@z", "a@b_c", "a@" + "d" * 253]
GOOD_DATES = [
    "2024-02-24T18:00:00Z",
    "2024-02-24T18:00:00.000001Z",
    "2024-02-24t19:00:00.0000009+01:00",
    "2024-02-29T00:00:00",
    "0001-01-01T00:00:00z",
    "9999-12-31T23:59:59.999999999Z",
    "2023-12-31T23:30:00-00:45",
]
BAD_DATES = [
    "",
    "2024-02-30T00:00:00Z",
    "2024-02-24",
    "2024-02-24T18:00:60Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
    "2024-02-24T18:00:00.Z",
    "0000-01-01T00:00:00Z",
    "2024-02-24T18:00:00+24:00",
]
BAD_IDS = ["", "x", "0" * 26, "8" + "0" * 25, "01HQI" + "0" * 21, "00000000-0000-0000-0000-000000000000", "01HQE" + "0" * 20 + "ſ"]
INTEGERS = ["0", "-0", "-1", "6", "7", "1.0", "1e0", "9223372036854775807", "9223372036854775808", "1" + "0" * 30, "-1" + "0" * 30]
NASTY = ["null", "true", "false", "{}", "[]", '""', '"x"', '{"a":[1,{"b":null}]}', '"\\u0000"', "3.25", "-1e-2"] + INTEGERS
TEXT_POOLS = {
    "name": (GOOD_TEXTS, BAD_TEXTS),
    "description": (GOOD_LONG, BAD_LONG),
    "image_caption": (GOOD_TEXTS + [""], BAD_TEXTS[1:] + ["c" * 501]),
    "caption": (GOOD_TEXTS + [""], BAD_TEXTS[1:] + ["c" * 501]),
    "image_url": (GOOD_URLS, BAD_URLS),
    "url": (GOOD_URLS, BAD_URLS),
    "email": (GOOD_EMAILS, BAD_EMAILS),
    "open_date": (GOOD_DATES, BAD_DATES),
    "close_date": (GOOD_DATES, BAD_DATES),
}
OPTIONAL = {"description", "image_url", "image_caption", "caption", "url"}
# Faults of text: raw bytes for the inside of a string. They break a line when they stand outside data (F1, step 1).
BROKEN_TEXT = [b"\x80", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\\ud800", b"\\udc00\\ud800", b"\\ud83dx"]
BROKEN_GRAMMAR = [b"\x01", b"\\x", b"\\u12", b'"', b"\n"]


class History:
    """One election's stream in the making."""

    def __init__(self, rng, number, others):
        self.rng, self.id, self.others = rng, ident("E", number), others
        self.run = peer.Run()
        self.event_ids = []

    @property
    def stream(self):
        return self.run.streams.get(self.id) or peer.Stream()

    def chance(self, probability):
        return self.rng.random() < probability

    # ---- values as raw JSON ----

    def string(self, text):
        """A text as a JSON string, some of its characters escaped in one of the ways there are."""
        out = ['"']
        escaping = self.rng.choice([0, 0, 0, 0.2])
        for char in text:
            if char in '"\\' or char < " ":
                out.append({'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n"}.get(char, "\\u%04x" % ord(char)))
            elif escaping and self.chance(escaping):
                units = char.encode("utf-16-be").hex()
                out.append("".join("\\u" + units[i : i + 4] for i in range(0, len(units), 4)))
            else:
                out.append(char)
        return "".join(out) + '"'

    def spelled(self, an_id):
        return an_id.lower() if self.chance(0.1) else an_id

    def aimed(self, field):
        """An id: mostly of something that lives, else any of a few."""
        election, rng = self.stream.election, self.rng
        letter = {"competition_id": "C", "candidate_id": "P", "voter_id": "V", "ballot_id": "B"}[field]
        live = {
            "C": election.live_competitions(),
            "P": [c for key in election.live_competitions() for c in election.live_candidates(key)],
            "V": list(election.voters),
            "B": list(election.ballots),
        }
        if live[letter] and self.chance(0.95):
            return rng.choice(live[letter])
        return ident(letter, rng.randint(1, 6))

    def fresh(self, letter, known):
        free = [n for n in range(1, 9) if ident(letter, n) not in known]
        return ident(letter, self.rng.choice(free)) if free and self.chance(0.97) else ident(letter, self.rng.randint(1, 8))

    def event_id(self):
        if self.event_ids and self.chance(0.02):
            bits = self.rng.choice(self.event_ids)
        else:
            bits = self.rng.randrange(1, 2**128)
        self.event_ids.append(bits)
        if self.chance(0.5):
            text = "%032x" % bits
            text = "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
        else:
            text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> shift & 31] for shift in range(125, -1, -5))
        return text.upper() if self.chance(0.3) else text

    def ids_for(self, kind):
        """Ids that belong together, mostly."""
        election = self.stream.election
        ids = {field: self.aimed(field) for field in ("competition_id", "candidate_id", "voter_id", "ballot_id")}
        if election.candidates and self.chance(0.97):
            ids["competition_id"] = election.candidates.get(ids["candidate_id"], {}).get("competition", ids["competition_id"])
        if kind == "CompetitionAdded":
            ids["competition_id"] = self.fresh("C", election.competitions)
        elif kind == "CandidateAdded":
            ids["candidate_id"] = self.fresh("P", election.candidates)
            live = election.live_competitions()
            if live and self.chance(0.97):
                few = min(live, key=lambda key: len(election.live_candidates(key)))
                ids["competition_id"] = few if self.chance(0.7) else self.rng.choice(live)
        elif kind == "VoterRegistered":
            ids["voter_id"] = self.fresh("V", election.voters)
        elif kind == "BallotCreated":
            ids["ballot_id"] = self.fresh("B", election.ballots)
            waiting = [voter for voter in election.voters if voter not in election.issued]
            if waiting and self.chance(0.95):
                ids["voter_id"] = self.rng.choice(waiting)
        elif kind in ("BallotCandidateRated", "BallotCast"):
            waiting = [ballot for ballot, it in election.ballots.items() if not it["cast"]]
            if waiting and self.chance(0.95):
                ids["ballot_id"] = self.rng.choice(waiting)
        return ids

    def rating(self):
        return weighted(self.rng, [(30, str(self.rng.randint(1, 5))), (4, "null"), (1, self.rng.choice(INTEGERS))])

    def text_field(self, field):
        good, bad = TEXT_POOLS[field]
        if field in OPTIONAL and self.chance(0.3):
            return "null"
        if field == "email" and self.chance(0.7):
            return self.string("%d@example.org" % self.rng.randrange(10**6))
        return self.string(self.rng.choice(bad if self.chance(0.03) else good))

    def kind(self):
        chances = likely(self.stream.election)
        return weighted(self.rng, [(chances.get(k, RARELY.get(k, 0.3)), k) for k in KINDS])

    # ---- events and records as lists of [key, raw value] ----

    def data(self, kind):
        ids = self.ids_for(kind)
        pairs = []
        for field in FIELDS[kind][1]:
            if field == "id":
                value = self.string(self.event_id())
            elif field == "election_id":
                value = self.string(self.spelled(self.id))
            elif field in ids:
                value = self.string(self.spelled(ids[field]))
            elif field == "rating":
                value = self.rating()
            else:
                if field in ("description", "image_url", "image_caption", "caption") and self.chance(0.4):
                    continue
                value = self.text_field(field)
            pairs.append([field, value])
        given = dict(map(tuple, pairs))
        url = given.get("image_url", given.get("url", "null"))
        if url in ("null", '""') and self.chance(0.95):
            pairs = [pair for pair in pairs if pair[0] not in ("image_caption", "caption")]
        return pairs

    def record(self):
        kind = self.kind()
        data = self.data(kind)
        number = self.stream.next
        pairs = [
            ["stream", self.string("Election-" + self.id)],
            ["number", str(number)],
            ["type", self.string(FIELDS[kind][0])],
            ["data", data],
        ]
        if self.chance(0.8):
            pairs.append(["created", '"2024-01-01T00:%02d:%02dZ"' % (min(number, 59), self.rng.randrange(60))])
        if self.chance(0.2):
            pairs.append(["id", self.string(self.rng.choice(["", "x", self.event_id()]))])
        if self.chance(0.1):
            pairs.append(["position", self.rng.choice(["0", "null", "9223372036854775807"])])
        if self.chance(0.1):
            pairs.append(["metadata", self.rng.choice(["{}", "null", '{"who":1,"who":[{}]}'])])
        return pairs

    # ---- spoiling ----

    def spoil_pairs(self, pairs, keys):
        rng = self.rng
        at = rng.randrange(len(pairs))
        way = rng.randrange(7)
        if way == 0:
            del pairs[at]
        elif way == 1:
            pairs[at] = [pairs[at][0], "null"]
        elif way == 2:
            pairs[at] = [pairs[at][0], rng.choice(NASTY)]
        elif way == 3:
            pairs.insert(rng.randrange(len(pairs) + 1), [pairs[at][0], rng.choice([pairs[at][1], rng.choice(NASTY)])])
        elif way == 4:
            pairs.insert(at, [rng.choice(keys + ["x", "", "Name"]), rng.choice(NASTY)])
        elif way == 5:
            depth = rng.choice([61, 62, 63, 64])
            pairs.append([rng.choice(["x", "deep", keys[-1]]), "[" * depth + "]" * depth])
        else:
            pairs[at] = [pairs[at][0], self.string(rng.choice(BAD_IDS + BAD_TEXTS + BAD_DATES))]

    def spoil_envelope(self, pairs, dirty):
        rng = self.rng
        way = rng.randrange(4)
        keyed = {pair[0]: pair for pair in pairs}
        if way == 0:
            keyed["number"][1] = str(max(0, self.stream.next + rng.choice([-2, -1, 1, 1, 2, 3])))
        elif way == 1:
            keyed["type"][1] = self.string(rng.choice(list(peer.events.CATALOGUE) + ["", "x", "PhotoVote.Event.Election.Unheard"]))
        elif way == 2 and dirty:
            names = [rng.choice(self.others), self.id.lower(), "", "0" * 26, rng.choice(BAD_IDS)]
            keyed["stream"][1] = self.string(rng.choice(["Election-", "Election-", "Election-", "Poll-"]) + rng.choice(names))
        else:
            whole = pairs if dirty else [pair for pair in pairs if pair[0] != "stream"]
            self.spoil_pairs(whole, list(peer.KEYS) if dirty else list(peer.KEYS[1:]))
            pairs[:] = whole if dirty else [keyed["stream"]] + whole

    def spoil(self, pairs, dirty):
        data = [pair for pair in pairs if pair[0] == "data"][0][1]
        if self.chance(0.6):
            self.spoil_pairs(data, [field for fields in FIELDS.values() for field in fields[1]])
            if data and self.chance(0.1):
                self.rng.choice(data)[1] = self.rng.choice(NASTY)
        elif self.chance(0.1):
            for pair in pairs:
                if pair[0] == "data":
                    pair[1] = self.rng.choice(NASTY)
        elif self.chance(0.1):
            for pair in data:
                if pair[0] == "election_id":
                    pair[1] = self.string(self.rng.choice(self.others))
        else:
            self.spoil_envelope(pairs, dirty)

    # ---- bytes ----

    def key_text(self, key):
        if key and self.chance(0.02):
            at = self.rng.randrange(len(key))
            return '"' + key[:at] + "\\u%04X" % ord(key[at]) + key[at + 1 :] + '"'
        return '"' + key + '"'

    def object_text(self, pairs):
        space = self.rng.choice(["", "", "", " ", "\t ", " \r"])
        members = [
            self.key_text(key) + space + ":" + space + (value if isinstance(value, str) else self.object_text(value))
            for key, value in pairs
        ]
        return "{" + space + ("," + space).join(members) + space + "}"

    def break_text(self, line, dirty):
        """Puts broken text or a broken byte into the line; into data alone when the line must stay readable."""
        rng = self.rng
        begin = line.find(b'"election_id"') if not dirty else -1
        quotes = [at for at in range(max(begin, 0), len(line)) if line[at : at + 1] == b'"']
        if not dirty:
            # behind the opening quote of the id's value: certainly inside data
            if len(quotes) < 4:
                return line
            at = quotes[2] + 1
            return line[:at] + rng.choice(BROKEN_TEXT) + line[at:]
        way = rng.randrange(5)
        at = rng.randrange(len(line))
        if way == 0 and quotes:
            at = rng.choice(quotes) + 1
            return line[:at] + rng.choice(BROKEN_TEXT + BROKEN_GRAMMAR).replace(b"\n", b"\\") + line[at:]
        if way == 1:
            return line[:at] + line[at + rng.randint(1, 4) :]
        if way == 2:
            return line[:at]
        if way == 3:
            return line[:at] + bytes([line[at] ^ 1 << rng.randrange(8)]).replace(b"\n", b"?") + line[at + 1 :]
        return line[:at] + rng.choice([b"{", b"}", b",", b'"', b" ", b"0", b"\\", b"[", b"]", b"\xef\xbb\xbf"]) + line[at:]

    def line(self, spoilt, dirty):
        pairs = self.record()
        if self.chance(spoilt):
            self.spoil(pairs, dirty)
        if self.chance(0.1):
            self.rng.shuffle(pairs)
        if self.chance(0.1):
            for pair in pairs:
                if pair[0] == "data" and not isinstance(pair[1], str):
                    self.rng.shuffle(pair[1])
        text = self.object_text(pairs).encode("utf-8", "surrogatepass")
        if self.chance(spoilt * 0.15):
            text = self.break_text(text, dirty)
        self.run.read_record(0, text)
        return text


def make_file(rng, histories, length, spoilt, dirty):
    """An NDJSON file of interleaved histories, as bytes, and the ids of its elections."""
    numbers = rng.sample(range(1, 10 * histories + 10), histories)
    ids = [ident("E", n) for n in numbers]
    streams = [History(rng, n, ids) for n in numbers]
    lines = []
    waiting = [s for s in streams for _ in range(rng.randint(1, 2 * length))]
    if rng.random() < 0.7:
        rng.shuffle(waiting)
    for stream in waiting:
        if stream.stream.election.phase == "deleted" and rng.random() < 0.8:
            continue
        lines.append(stream.line(spoilt, dirty))
        if dirty and rng.random() < 0.005:
            lines.append(rng.choice([b"", b" \t", b"\r", b"{}", b"[]", b"\xef\xbb\xbf", b"\x00", rng.choice(lines)]))
    ending = rng.choice([b"\n", b"\n", b"\n", b"\r\n"])
    source = ending.join(lines) + rng.choice([b"\n", b"\n", b"", b"\n\n"])
    return rng.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + source, ids
