"""D4, D5 from step 4, D6 and D8, F3 and F4: an election as dicts and sets, its versions counted, its tally recounted."""
import collections
import fractions

from strict_json import Decimal
from values import Refused, printed_date

PAPER_CHANGES = {
    "CompetitionAdded",
    "CompetitionNameChanged",
    "CompetitionDescriptionChanged",
    "CandidateAdded",
    "CandidateNameChanged",
    "CandidateDescriptionChanged",
    "CandidateImageChanged",
}
VOTING = {"BallotCandidateRated", "BallotCast"}
ENROLMENT = {"VoterRegistered", "BallotCreated"}


def phase_refusal(kind, phase):
    """D4: the code with which a phase refuses an event, or None. The phases here are draft, open and closed."""
    if kind == "ElectionOpened":
        return {"draft": None, "open": "election_opened", "closed": "election_closed"}[phase]
    if kind == "ElectionClosed" or kind in VOTING:
        return {"draft": "election_not_open", "open": None, "closed": "election_closed"}[phase]
    if kind in PAPER_CHANGES:
        return {"draft": None, "open": "ballot_paper_frozen", "closed": "election_closed"}[phase]
    if kind in ENROLMENT and phase == "closed":
        return "election_closed"
    return None


class Election:
    def __init__(self):
        self.id = None  # None: unborn
        self.name = self.description = self.opened = self.closed = None
        self.deleted = False
        self.competitions = {}  # id -> dict(name, description, deleted), in the order of addition, as all of these
        self.candidates = {}  # id -> dict(competition, name, description, image, deleted), of the whole election
        self.voters = {}  # id -> dict(name, email)
        self.emails = set()
        self.ballots = {}  # id -> dict(voter, ratings: candidate id -> stars, cast)
        self.issued = set()  # ids of voters
        self.applied = collections.Counter()  # (aggregate, id) -> how many events it has had

    # ---- what is refused ----

    @property
    def phase(self):
        if self.deleted:
            return "deleted"
        if self.id is None:
            return "unborn"
        return "closed" if self.closed else "open" if self.opened else "draft"

    def live_candidates(self, competition):
        return [c for c, it in self.candidates.items() if it["competition"] == competition and not it["deleted"]]

    def live_competitions(self):
        return [c for c, it in self.competitions.items() if not it["deleted"]]

    def refuse(self, event):
        """Raises what D5, 4 to 9, has against the event; changes nothing."""
        if self.deleted:
            raise Refused("election_deleted", "election_id")
        if event.kind == "ElectionCreated":
            if self.id:
                raise Refused("election_exists", "election_id")
            return
        if self.id is None:
            raise Refused("election_unknown", "election_id")
        if event.election_id != self.id:
            raise Refused("election_mismatch", "election_id")
        code = phase_refusal(event.kind, self.phase)
        if code:
            raise Refused(code, "election_id")
        particular = getattr(self, "refuse_" + event.kind, None)
        if particular:
            particular(event)
        elif "candidate_id" in event.fields:
            self.refuse_candidate(event)
        elif "competition_id" in event.fields:
            self.refuse_competition(event)

    def refuse_competition(self, event):
        competition = self.competitions.get(event.competition_id)
        if competition is None:
            raise Refused("competition_unknown", "competition_id")
        if competition["deleted"]:
            raise Refused("competition_removed", "competition_id")

    def refuse_candidate(self, event):
        self.refuse_competition(event)
        candidate = self.candidates.get(event.candidate_id)
        if candidate is None or candidate["competition"] != event.competition_id:
            raise Refused("candidate_unknown", "candidate_id")
        if candidate["deleted"]:
            raise Refused("candidate_removed", "candidate_id")

    def refuse_ElectionOpened(self, _):
        live = self.live_competitions()
        if not live:
            raise Refused("election_incomplete", "election_id")
        if any(len(self.live_candidates(competition)) < 2 for competition in live):
            raise Refused("competition_too_small", "competition_id")

    def refuse_ElectionClosed(self, event):
        if event.close_date < self.opened:
            raise Refused("close_before_open", "close_date")

    def refuse_CompetitionAdded(self, event):
        if event.competition_id in self.competitions:
            raise Refused("competition_exists", "competition_id")

    def refuse_CandidateAdded(self, event):
        self.refuse_competition(event)
        if event.candidate_id in self.candidates:
            raise Refused("candidate_exists", "candidate_id")

    def refuse_VoterRegistered(self, event):
        if event.voter_id in self.voters:
            raise Refused("voter_exists", "voter_id")
        if event.email.lower() in self.emails:
            raise Refused("voter_email_taken", "email")

    def refuse_BallotCreated(self, event):
        if event.voter_id not in self.voters:
            raise Refused("voter_unknown", "voter_id")
        if event.voter_id in self.issued:
            raise Refused("ballot_already_issued", "voter_id")
        if event.ballot_id in self.ballots:
            raise Refused("ballot_exists", "ballot_id")

    def uncast_ballot(self, event):
        ballot = self.ballots.get(event.ballot_id)
        if ballot is None:
            raise Refused("ballot_unknown", "ballot_id")
        if ballot["cast"]:
            raise Refused("ballot_cast", "ballot_id")
        return ballot

    def refuse_BallotCandidateRated(self, event):
        ballot = self.uncast_ballot(event)
        self.refuse_candidate(event)
        if event.rating is None and event.candidate_id not in ballot["ratings"]:
            raise Refused("rating_unknown", "rating")

    def refuse_BallotCast(self, event):
        if not self.uncast_ballot(event)["ratings"]:
            raise Refused("ballot_empty", "ballot_id")

    # ---- what it does ----

    def when(self, event):
        """Applies the event, or raises Refused and changes nothing."""
        self.refuse(event)
        getattr(self, "when_" + event.kind)(event)
        touched = {("election", self.id)}
        if event.kind.startswith(("Competition", "Candidate")):
            touched.add(("competition", event.competition_id))
        if event.kind.startswith("Candidate"):
            touched.add(("candidate", event.candidate_id))
        if event.kind in ENROLMENT:
            touched.add(("voter", event.voter_id))
        if event.kind.startswith("Ballot"):
            touched.add(("ballot", event.ballot_id))
        self.applied.update(touched)

    def when_ElectionCreated(self, event):
        self.id, self.name, self.description = event.election_id, event.name, event.description

    def when_ElectionDeleted(self, _):
        self.deleted = True

    def when_ElectionNameChanged(self, event):
        self.name = event.name

    def when_ElectionDescriptionChanged(self, event):
        self.description = event.description

    def when_ElectionOpened(self, event):
        self.opened = event.open_date

    def when_ElectionClosed(self, event):
        self.closed = event.close_date

    def when_CompetitionAdded(self, event):
        self.competitions[event.competition_id] = {
            "name": event.name,
            "description": event.description,
            "deleted": False,
        }

    def when_CompetitionRemoved(self, event):
        self.competitions[event.competition_id]["deleted"] = True

    def when_CompetitionNameChanged(self, event):
        self.competitions[event.competition_id]["name"] = event.name

    def when_CompetitionDescriptionChanged(self, event):
        self.competitions[event.competition_id]["description"] = event.description

    def when_CandidateAdded(self, event):
        self.candidates[event.candidate_id] = {
            "competition": event.competition_id,
            "name": event.name,
            "description": event.description,
            "image": event.image_url and (event.image_url, event.image_caption),
            "deleted": False,
        }

    def when_CandidateRemoved(self, event):
        self.candidates[event.candidate_id]["deleted"] = True

    def when_CandidateNameChanged(self, event):
        self.candidates[event.candidate_id]["name"] = event.name

    def when_CandidateDescriptionChanged(self, event):
        self.candidates[event.candidate_id]["description"] = event.description

    def when_CandidateImageChanged(self, event):
        self.candidates[event.candidate_id]["image"] = event.url and (event.url, event.caption)

    def when_VoterRegistered(self, event):
        self.voters[event.voter_id] = {"name": event.name, "email": event.email}
        self.emails.add(event.email.lower())

    def when_BallotCreated(self, event):
        self.ballots[event.ballot_id] = {"voter": event.voter_id, "ratings": {}, "cast": False}
        self.issued.add(event.voter_id)

    def when_BallotCandidateRated(self, event):
        ratings = self.ballots[event.ballot_id]["ratings"]
        if event.rating is None:
            del ratings[event.candidate_id]
        else:
            ratings[event.candidate_id] = event.rating

    def when_BallotCast(self, event):
        self.ballots[event.ballot_id]["cast"] = True

    # ---- what is printed ----

    def version(self, aggregate, key):
        return self.applied[aggregate, key] - 1

    def document(self):
        """F3, as a dict whose order is the document's."""
        return {
            "id": self.id,
            "version": self.version("election", self.id),
            "deleted": self.deleted,
            "name": self.name,
            "description": self.description,
            "opened": self.opened and printed_date(self.opened),
            "closed": self.closed and printed_date(self.closed),
            "competitions": [self.competition_part(*item) for item in self.competitions.items()],
            "voters": [self.voter_part(*item) for item in self.voters.items()],
            "ballots": [self.ballot_part(*item) for item in self.ballots.items()],
        }

    def competition_part(self, key, competition):
        return {
            "id": key,
            "version": self.version("competition", key),
            "deleted": competition["deleted"],
            "name": competition["name"],
            "description": competition["description"],
            "candidates": [
                self.candidate_part(*item) for item in self.candidates.items() if item[1]["competition"] == key
            ],
        }

    def candidate_part(self, key, candidate):
        return {
            "id": key,
            "version": self.version("candidate", key),
            "deleted": candidate["deleted"],
            "name": candidate["name"],
            "description": candidate["description"],
            "image": candidate["image"] and dict(zip(("url", "caption"), candidate["image"])),
        }

    def voter_part(self, key, voter):
        return {
            "id": key,
            "version": self.version("voter", key),
            "deleted": False,
            "name": voter["name"],
            "email": voter["email"],
            "ballot_issued": key in self.issued,
        }

    def ballot_part(self, key, ballot):
        ratings = {}
        for candidate, it in self.candidates.items():
            if candidate in ballot["ratings"]:
                ratings.setdefault(it["competition"], {})[candidate] = ballot["ratings"][candidate]
        return {
            "id": key,
            "version": self.version("ballot", key),
            "deleted": False,
            "voter_id": ballot["voter"],
            "ratings": {competition: ratings[competition] for competition in self.competitions if competition in ratings},
            "cast": ballot["cast"],
        }

    def tally(self):
        """F4 and D8."""
        cast = [ballot["ratings"] for ballot in self.ballots.values() if ballot["cast"]]
        return {
            "election": self.id,
            "name": self.name,
            "version": self.version("election", self.id),
            "phase": self.phase,
            "voters": len(self.voters),
            "ballots_issued": len(self.ballots),
            "ballots_cast": len(cast),
            "competitions": [
                {"id": key, "name": self.competitions[key]["name"], "candidates": self.ranking(key, cast)}
                for key in self.live_competitions()
            ],
        }

    def ranking(self, competition, cast):
        lines = []
        for key in self.live_candidates(competition):
            lines.append((key, sorted(ratings[key] for ratings in cast if key in ratings)))
        means = [fractions.Fraction(sum(stars), len(stars)) for _, stars in lines if stars]
        listed = []
        for key, stars in lines:
            mean = fractions.Fraction(sum(stars), len(stars)) if stars else None
            better = len(means) if mean is None else sum(other > mean for other in means)
            listed.append(
                {
                    "rank": better + 1,
                    "id": key,
                    "name": self.candidates[key]["name"],
                    "ratings": len(stars),
                    "sum": sum(stars),
                    "mean": rounded(mean) if stars else None,
                    "median": median(stars) if stars else None,
                    "histogram": [stars.count(n) for n in (1, 2, 3, 4, 5)],
                }
            )
        return sorted(listed, key=lambda line: line["rank"])  # stable: equals stay in the order of addition


def rounded(mean):
    """4 decimals, half up, without trailing zeros."""
    units = (mean * 10000 + fractions.Fraction(1, 2)).__floor__()
    return Decimal(("%d.%04d" % divmod(units, 10000)).rstrip("0").rstrip("."))


def median(stars):
    """Of a sorted list that is not empty."""
    twice = stars[(len(stars) - 1) // 2] + stars[len(stars) // 2]
    return Decimal("%d.5" % (twice // 2)) if twice % 2 else twice // 2
