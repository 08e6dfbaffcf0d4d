"""Open elections to rate in: their history as NDJSON, and who rates in them."""

import dataclasses
import json

BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CANDIDATES = 20
CREATED = "2026-01-01T00:00:00.000000Z"


def ulid(space, number):
    """The same in each run; one of another election has another space. As evenly spread as chance would have it: an odd
    factor takes no two numbers to one."""
    value = (space << 48 | number) * 0x9E3779B97F4A7C15F39D % (1 << 80)
    return "01HQZ00000" + "".join(BASE32[value >> shift & 31] for shift in range(75, -1, -5))


@dataclasses.dataclass
class Election:
    """The SPACE-th election, of so many VOTERS, each with a ballot on which nothing is rated."""

    space: int
    voters: int

    def __post_init__(self):
        self.id = ulid(self.space, 1)
        self.competition = ulid(self.space, 2)
        self.candidates = [ulid(self.space, 3 + at) for at in range(CANDIDATES)]

    def voter(self, at):
        return ulid(self.space, 1000 + 2 * at)

    def ballot(self, at):
        return ulid(self.space, 1001 + 2 * at)

    def spread(self, count):
        """So many of the voters, as far from each other as they can be."""
        return [at * self.voters // count for at in range(count)]

    def events(self):
        yield "Election.ElectionCreated", {"name": f"Election {self.space}", "description": None}
        yield "Competition.CompetitionAdded", {"competition_id": self.competition, "name": "All", "description": None}
        for at, candidate in enumerate(self.candidates):
            yield "Candidate.CandidateAdded", {
                "competition_id": self.competition, "candidate_id": candidate, "name": f"Photograph {at + 1}",
                "description": None, "image_url": f"https://photos.example.org/{at + 1}.jpeg", "image_caption": None}
        yield "Election.ElectionOpened", {"open_date": CREATED}
        for at in range(self.voters):
            yield "Voter.VoterRegistered", {"voter_id": self.voter(at), "name": f"Voter {at}",
                                            "email": f"voter-{at}@example.org"}
            yield "Ballot.BallotCreated", {"voter_id": self.voter(at), "ballot_id": self.ballot(at)}

    def write(self, file):
        """Its records; how many."""
        number = -1
        for number, (name, data) in enumerate(self.events()):
            event = ulid(self.space, (1 << 40) + number)
            record = {"stream": f"Election-{self.id}", "number": number, "type": f"PhotoVote.Event.{name}",
                      "data": {"id": event, "election_id": self.id, **data}, "id": event, "created": CREATED,
                      "metadata": {"who": "administrator:alice"}}
            file.write(json.dumps(record, separators=(",", ":")) + "\n")
        return number + 1

    def user(self, at, token):
        """A line for pv-bench-load."""
        return " ".join([token, self.id, self.ballot(at), self.competition, *self.candidates])
