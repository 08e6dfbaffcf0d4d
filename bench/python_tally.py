#!/usr/bin/python3
"""python_tally.py FILE: the tally with the standard json module, without any validation.

Knows the kinds of events that the generator writes and prints what `photovote-audit replay --print tally` prints.
"""

import functools
import json
import sys


class Fold:
    """What has been counted so far."""

    def __init__(self):
        self.election = {}
        self.phase = "draft"
        self.version = self.voters = self.issued = self.cast = 0
        self.competitions = []  # [id, name]
        self.candidates = []  # [competition id, id, name]
        self.ballots = {}  # ballot id -> {candidate id: rating}
        self.histograms = {}  # candidate id -> five counts

    def apply(self, record):
        kind = record["type"]
        data = record["data"]
        self.version = record["number"]
        if kind == "PhotoVote.Event.Ballot.BallotCandidateRated":
            if data["rating"] is None:
                del self.ballots[data["ballot_id"]][data["candidate_id"]]
            else:
                self.ballots[data["ballot_id"]][data["candidate_id"]] = data["rating"]
        elif kind == "PhotoVote.Event.Ballot.BallotCreated":
            self.ballots[data["ballot_id"]] = {}
            self.issued += 1
        elif kind == "PhotoVote.Event.Ballot.BallotCast":
            # A cast ballot is final, so it is counted at once and forgotten.
            for candidate, rating in self.ballots.pop(data["ballot_id"]).items():
                self.histograms[candidate][rating - 1] += 1
            self.cast += 1
        elif kind == "PhotoVote.Event.Voter.VoterRegistered":
            self.voters += 1
        else:
            self.apply_to_setup(kind, data)

    def apply_to_setup(self, kind, data):
        """The events that come once, or once a candidate."""
        if kind == "PhotoVote.Event.Candidate.CandidateAdded":
            self.candidates.append((data["competition_id"], data["candidate_id"], data["name"]))
            self.histograms[data["candidate_id"]] = [0] * 5
        elif kind == "PhotoVote.Event.Competition.CompetitionAdded":
            self.competitions.append((data["competition_id"], data["name"]))
        elif kind == "PhotoVote.Event.Election.ElectionCreated":
            self.election = data
        elif kind == "PhotoVote.Event.Election.ElectionOpened":
            self.phase = "open"
        elif kind == "PhotoVote.Event.Election.ElectionClosed":
            self.phase = "closed"
        else:
            sys.exit(f"python_tally.py: event {self.version}: the generator writes no {kind}")

    def document(self):
        return {
            "election": self.election["election_id"], "name": self.election["name"], "version": self.version,
            "phase": self.phase, "voters": self.voters, "ballots_issued": self.issued, "ballots_cast": self.cast,
            "competitions": [
                {"id": id, "name": name,
                 "candidates": ranked([counted(candidate, candidate_name, self.histograms[candidate])
                                       for competition, candidate, candidate_name in self.candidates
                                       if competition == id])}
                for id, name in self.competitions],
        }


def rating_at(histogram, place):
    """The rating at this place when all stand in a row."""
    rating = passed = 0
    while passed <= place:
        passed += histogram[rating]
        rating += 1
    return rating


def plain(value):
    """4 rather than 4.0."""
    return int(value) if value == int(value) else value


def counted(candidate, name, histogram):
    ratings = sum(histogram)
    total = sum(rating * count for rating, count in enumerate(histogram, 1))
    mean = median = None
    if ratings:
        mean = plain((total * 20000 + ratings) // (2 * ratings) / 10000)
        median = plain((rating_at(histogram, (ratings - 1) // 2) + rating_at(histogram, ratings // 2)) / 2)
    return {"rank": 0, "id": candidate, "name": name, "ratings": ratings, "sum": total, "mean": mean,
            "median": median, "histogram": histogram}


def compare_means(a, b):
    """Negative if A has the higher mean; those without ratings are last."""
    if a["ratings"] == 0 or b["ratings"] == 0:
        return (a["ratings"] == 0) - (b["ratings"] == 0)
    return b["sum"] * a["ratings"] - a["sum"] * b["ratings"]


def ranked(candidates):
    candidates.sort(key=functools.cmp_to_key(compare_means))  # stable: among equals the order of addition
    for i, candidate in enumerate(candidates):
        equal = i > 0 and compare_means(candidates[i - 1], candidate) == 0
        candidate["rank"] = candidates[i - 1]["rank"] if equal else i + 1
    return candidates


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: python_tally.py FILE")
    fold = Fold()
    with open(sys.argv[1], "rb") as lines:
        for line in lines:
            fold.apply(json.loads(line))
    print(json.dumps(fold.document(), ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main()
