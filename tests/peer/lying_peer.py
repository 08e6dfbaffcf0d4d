#!/usr/bin/python3
"""The peer with one lie in it: a program that the fixtures and the differential must catch.

    lying_peer.py LIE verify|replay ...         (see LIES)
"""
import sys

import election
import events
import photovote_peer as peer
import strict_json
import values

Election = election.Election


def dense_ranks():
    ranking = Election.ranking

    def lie(self, competition, cast):
        lines = ranking(self, competition, cast)
        ranks = sorted({line["rank"] for line in lines})
        return [{**line, "rank": ranks.index(line["rank"]) + 1} for line in lines]

    Election.ranking = lie


def rounds_down():
    def lie(mean):
        return strict_json.Decimal(("%d.%04d" % divmod(int(mean * 10000), 10000)).rstrip("0").rstrip("."))

    election.rounded = lie


def counts_uncast():
    tally = Election.tally

    def lie(self):
        kept = {key: ballot["cast"] for key, ballot in self.ballots.items()}
        for ballot in self.ballots.values():
            ballot["cast"] = bool(ballot["ratings"])
        try:
            return tally(self)
        finally:
            for key, ballot in self.ballots.items():
                ballot["cast"] = kept[key]

    Election.tally = lie


def last_key_wins():
    events.strict_json.Object.twice = lambda self, keys: []


def email_case():
    when = Election.when_VoterRegistered

    def lie(self, event):
        when(self, event)
        self.emails = {voter["email"] for voter in self.voters.values()}

    Election.when_VoterRegistered = lie


def phase_after_references():
    election.phase_refusal = lambda kind, phase: None if kind in election.PAPER_CHANGES else "election_closed"


def forgets_the_voter():
    election.ENROLMENT = {"VoterRegistered"}


def ratings_as_given():
    part = Election.ballot_part

    def lie(self, key, ballot):
        document = part(self, key, ballot)
        document["ratings"] = {}
        for candidate, stars in ballot["ratings"].items():
            competition = self.candidates[candidate]["competition"]
            document["ratings"].setdefault(competition, {})[candidate] = stars
        return document

    Election.ballot_part = lie


def uuids_differ():
    event_id = values.event_id
    events.READERS["id"] = (str, lambda text: (event_id(text), len(text)))


def rounds_fractions():
    date = values.date

    def lie(text):
        moment = date(text)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    events.READERS["open_date"] = events.READERS["close_date"] = (str, lie)


def depth_63():
    strict_json.MAX_DEPTH = 63


def no_findings():
    peer.Run.report = lambda self, line, envelope, refused: None


def always_zero():
    main = peer.main
    peer.main = lambda words: main(words) and 0


# Each lie, and the stream that is there to catch it.
LIES = {
    dense_ranks: "valid/tally_ties",
    rounds_down: "valid/tally_exact",
    counts_uncast: "valid/tally_ties",
    last_key_wins: "invalid/data_twice",
    email_case: "invalid/voters",
    phase_after_references: "invalid/phase_open",
    forgets_the_voter: "valid/every_event",
    ratings_as_given: "valid/rating_order",
    uuids_differ: "invalid/event_ids",
    rounds_fractions: "valid/dates",
    depth_63: "valid/nesting_64",
    no_findings: "invalid/unborn",
    always_zero: "invalid/unborn",
}


def main(words):
    lies = {lie.__name__: lie for lie in LIES}
    if not words or words[0] not in lies:
        print("%s\none of: %s" % (__doc__.strip(), " ".join(lies)), file=sys.stderr)
        return 2
    lies[words[0]]()
    return peer.main(words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
