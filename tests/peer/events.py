"""D3, and D5 steps 1 to 3: from the JSON of an event to its fields."""
import strict_json
import values
from values import Refused

# ! required, ? present but perhaps null, nothing: may be absent. The order is the catalogue's.
TABLE = """
Election.ElectionCreated                 election_id! name! description
Election.ElectionDeleted                 election_id!
Election.ElectionNameChanged             election_id! name!
Election.ElectionDescriptionChanged      election_id! description?
Election.ElectionOpened                  election_id! open_date!
Election.ElectionClosed                  election_id! close_date!
Competition.CompetitionAdded             election_id! competition_id! name! description
Competition.CompetitionRemoved           election_id! competition_id!
Competition.CompetitionNameChanged       election_id! competition_id! name!
Competition.CompetitionDescriptionChanged election_id! competition_id! description?
Candidate.CandidateAdded                 election_id! competition_id! candidate_id! name! description image_url image_caption
Candidate.CandidateRemoved               election_id! competition_id! candidate_id!
Candidate.CandidateNameChanged           election_id! competition_id! candidate_id! name!
Candidate.CandidateDescriptionChanged    election_id! competition_id! candidate_id! description?
Candidate.CandidateImageChanged          election_id! competition_id! candidate_id! url? caption
Voter.VoterRegistered                    election_id! voter_id! name! email!
Ballot.BallotCreated                     election_id! voter_id! ballot_id!
Ballot.BallotCandidateRated              election_id! ballot_id! competition_id! candidate_id! rating?
Ballot.BallotCast                        election_id! ballot_id!
"""

READERS = {
    "id": (str, values.event_id),
    "election_id": (str, values.ulid),
    "competition_id": (str, values.ulid),
    "candidate_id": (str, values.ulid),
    "voter_id": (str, values.ulid),
    "ballot_id": (str, values.ulid),
    "name": (str, values.name),
    "description": (str, values.description),
    "image_url": (str, values.image_url),
    "url": (str, values.image_url),
    "image_caption": (str, values.caption),
    "caption": (str, values.caption),
    "email": (str, values.email),
    "open_date": (str, values.date),
    "close_date": (str, values.date),
    "rating": (int, values.rating),
}
PICTURES = {"image_caption": "image_url", "caption": "url"}
PREFIX = "PhotoVote.Event."
ABSENT = object()


def read_table():
    table = {}
    for line in TABLE.split("\n"):
        if line:
            kind, *fields = line.split()
            table[PREFIX + kind] = {field.rstrip("!?"): field[-1] for field in ["id!"] + fields}
    return table


CATALOGUE = read_table()


class Event:
    """A well-formed event: its short type name and its values by field."""

    def __init__(self, kind, fields):
        self.kind, self.fields = kind, fields

    def __getattr__(self, field):
        return self.fields[field]


def read_field(field, presence, value):
    if value is ABSENT:
        if presence in "!?":
            raise Refused("field_missing", field)
        return None
    if value is None:
        if presence == "!":
            raise Refused("field_missing", field)
        return None
    kind, reader = READERS[field]
    if type(value) is not kind:
        raise Refused("field_type", field, repr(value))
    try:
        return reader(value)
    except Refused as refused:
        raise Refused(refused.code, field, repr(value)) from None


def decode(kind, data):
    """D5, 1 to 3: the event that `data`, a parsed JSON value, is; Refused otherwise."""
    if not isinstance(data, strict_json.Object) or not strict_json.is_sound(data):
        raise Refused("json_invalid", None)
    if kind not in CATALOGUE:
        raise Refused("event_type_unknown", "type", repr(kind))
    listed = CATALOGUE[kind]
    for field in data.twice(listed):
        raise Refused("json_duplicate_key", field)
    fields = {field: read_field(field, mark, data.get(field, ABSENT)) for field, mark in listed.items()}
    for text, picture in PICTURES.items():
        if fields.get(text) is not None and fields[picture] is None:
            raise Refused("caption_without_url", text)
    return Event(kind.split(".")[-1], fields)
