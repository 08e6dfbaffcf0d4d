"""D6: what `ensure_valid_state` checks, over an election's document (F3) as dicts and lists.

It shares no state with election.py: it sees only what was printed, as an auditor would.
"""
import values
from values import Refused


def fits(reader, value):
    if value is None:
        return False
    try:
        return reader(value) is not None
    except Refused:
        return False


def is_id(value):
    return fits(values.ulid, value) and value == value.upper()


def optional(reader, value):
    return value is None or fits(reader, value)


def distinct(things):
    things = list(things)
    return len(things) == len(set(things))


def broken_rules(doc):
    """The numbers of the rules that the document breaks."""
    competitions, voters, ballots = doc["competitions"], doc["voters"], doc["ballots"]
    candidates = [candidate for competition in competitions for candidate in competition["candidates"]]
    belongs = {(c["id"], p["id"]) for c in competitions for p in c["candidates"]}
    dates = [None if doc[key] is None else values.date(doc[key]) for key in ("opened", "closed")]
    opened, closed = dates
    rules = {
        1: all(is_id(it["id"]) for it in [doc] + competitions + candidates + voters + ballots)
        and all(distinct(it["id"] for it in kind) for kind in (competitions, candidates, voters, ballots)),
        2: all(fits(values.name, it["name"]) for it in [doc] + competitions + candidates + voters)
        and all(optional(values.description, it["description"]) for it in [doc] + competitions + candidates)
        and all(image_fits(it["image"]) for it in candidates)
        and all(fits(values.email, it["email"]) for it in voters)
        and all(n in (1, 2, 3, 4, 5) for it in ballots for group in it["ratings"].values() for n in group.values()),
        3: closed is None or (opened is not None and closed >= opened),
        4: opened is None
        or (competitions != [] and all(it["deleted"] or len(it["candidates"]) >= 2 for it in competitions)),
        5: distinct(it["email"].lower() for it in voters),
        6: distinct(it["voter_id"] for it in ballots)
        and {it["voter_id"] for it in ballots} == {it["id"] for it in voters if it["ballot_issued"]},
        7: all(
            group != {} and all((competition, candidate) in belongs for candidate in group)
            for it in ballots
            for competition, group in it["ratings"].items()
        ),
        8: all(it["ratings"] for it in ballots if it["cast"])
        and (opened is not None or not any(it["ratings"] or it["cast"] for it in ballots)),
        9: versions_add_up(doc, competitions, candidates, voters, ballots),
        10: not any(it["deleted"] for it in voters + ballots),
    }
    return [number for number, holds in rules.items() if not holds]


def image_fits(image):
    return image is None or (fits(values.image_url, image["url"]) and optional(values.caption, image["caption"]))


def versions_add_up(doc, competitions, candidates, voters, ballots):
    def events(parts):
        return sum(part["version"] + 1 for part in parts)

    return (
        all(it["version"] >= it["deleted"] for it in candidates)
        and all(it["version"] >= events(it["candidates"]) + it["deleted"] for it in competitions)
        and all(it["version"] == it["ballot_issued"] for it in voters)
        and all(it["version"] >= sum(map(len, it["ratings"].values())) + it["cast"] for it in ballots)
        and doc["version"]
        >= events(competitions)
        + len(voters)
        + events(ballots)
        + (doc["opened"] is not None)
        + (doc["closed"] is not None)
        + doc["deleted"]
    )
