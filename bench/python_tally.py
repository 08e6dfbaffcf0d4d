#!/usr/bin/python3
"""python_tally.py FILE: the tally of the cast ballots with the standard json module, without any validation.

Prints `candidate_id,count,sum` a line, sorted by candidate.
"""

import json
import sys


def tally(lines):
    ballots = {}  # ballot id -> {candidate id: rating}
    totals = {}  # candidate id -> [count, sum]
    for line in lines:
        record = json.loads(line)
        kind = record["type"]
        data = record["data"]
        if kind == "PhotoVote.Event.Ballot.BallotCandidateRated":
            if data["rating"] is None:
                del ballots[data["ballot_id"]][data["candidate_id"]]
            else:
                ballots[data["ballot_id"]][data["candidate_id"]] = data["rating"]
        elif kind == "PhotoVote.Event.Ballot.BallotCreated":
            ballots[data["ballot_id"]] = {}
        elif kind == "PhotoVote.Event.Ballot.BallotCast":
            # A cast ballot is final, so it is counted at once and forgotten.
            for candidate, rating in ballots.pop(data["ballot_id"]).items():
                total = totals.setdefault(candidate, [0, 0])
                total[0] += 1
                total[1] += rating
    return totals


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: python_tally.py FILE")
    with open(sys.argv[1], "rb") as lines:
        totals = tally(lines)
    for candidate, (count, total) in sorted(totals.items()):
        print(f"{candidate},{count},{total}")


if __name__ == "__main__":
    main()
