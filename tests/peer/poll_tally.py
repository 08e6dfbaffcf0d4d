#!/usr/bin/python3
"""Counts the tally of a star poll straight from its CSV, independent of events, of the core and of the other peer.

    poll_tally.py CSV                       prints one line a candidate, in the order of a tally (F4)
    poll_tally.py CSV --against TALLY       compares a printed tally (`replay --print tally`, `-` for standard input)
"""
import argparse
import collections
import csv
import json
import sys

HEAD = ["voterID", "voteTime", "pollID"]
COLUMNS = ["rank", "name", "ratings", "sum", "mean", "median", "1", "2", "3", "4", "5"]


def read_ballots(path):
    """The names of the columns, and each voter's stars as numbers."""
    with open(path, newline="", encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    if head[:3] != HEAD:
        raise SystemExit("%s: the first columns are not %s" % (path, ", ".join(HEAD)))
    names = head[3:]
    ballots = []
    for number, line in enumerate(lines, 2):
        stars = line[3:]
        if len(stars) != len(names) or not set(stars) <= set("012345"):
            raise SystemExit("%s: line %d is no ballot" % (path, number))
        ballots.append([int(star) for star in stars])
    return names, ballots


def half_up(numerator, denominator, decimals):
    """A quotient as text, without trailing zeros, by whole numbers only."""
    scale = 10**decimals
    units = (2 * numerator * scale + denominator) // (2 * denominator)
    whole, part = divmod(units, scale)
    return ("%d.%0*d" % (whole, decimals, part)).rstrip("0").rstrip(".")


def median(histogram, count):
    """The mean of the middle two (of one and the same for an odd count), found by walking up the histogram."""

    def star_at(place):
        below = 0
        for star in range(1, 6):
            below += histogram[star]
            if place < below:
                return star
        raise AssertionError("fewer ratings than counted")

    return half_up(star_at((count - 1) // 2) + star_at(count // 2), 2, 1)


def count_column(name, stars):
    histogram = collections.Counter(stars)
    count = sum(histogram[star] for star in range(1, 6))
    total = sum(star * histogram[star] for star in range(1, 6))
    return {
        "name": name,
        "ratings": count,
        "sum": total,
        "mean": half_up(total, count, 4) if count else "null",
        "median": median(histogram, count) if count else "null",
        **{str(star): histogram[star] for star in range(1, 6)},
    }


def beats(one, other):
    """A higher mean, by cross-multiplication; any rating beats none."""
    if not one["ratings"] or not other["ratings"]:
        return one["ratings"] > 0 and other["ratings"] == 0
    return one["sum"] * other["ratings"] > other["sum"] * one["ratings"]


def tally(names, ballots):
    columns = [count_column(name, [ballot[at] for ballot in ballots]) for at, name in enumerate(names)]
    for column in columns:
        column["rank"] = 1 + sum(beats(other, column) for other in columns)
    return sorted(columns, key=lambda column: column["rank"])


def as_rows(columns):
    return [[str(column[key]) for key in COLUMNS] for column in columns]


def printed_rows(printed):
    """The same rows out of a printed tally of F4, numbers as they were printed."""
    (competition,) = printed["competitions"]
    rows = []
    for it in competition["candidates"]:
        numbers = [it["ratings"], it["sum"], it["mean"], it["median"], *it["histogram"]]
        rows.append([it["rank"], it["name"]] + ["null" if number is None else number for number in numbers])
    return rows


def compare(names, ballots, printed):
    """What differs between the ballots and a printed tally, in lines."""
    cast = sum(any(ballot) for ballot in ballots)
    totals = {"voters": str(len(ballots)), "ballots_issued": str(len(ballots)), "ballots_cast": str(cast)}
    different = ["%s: %s printed, %s counted" % (k, printed[k], v) for k, v in totals.items() if printed[k] != v]
    counted, found = as_rows(tally(names, ballots)), printed_rows(printed)
    if len(counted) != len(found):
        different.append("%d candidates printed, %d counted" % (len(found), len(counted)))
    for one, other in zip(found, counted):
        different += [
            "%s (%s): %s is %s printed, %s counted" % (other[1], one[1], key, a, b)
            for key, a, b in zip(COLUMNS, one, other)
            if a != b
        ]
    return different


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("csv")
    parser.add_argument("--against", metavar="TALLY")
    given = parser.parse_args()
    names, ballots = read_ballots(given.csv)
    if not given.against:
        print("\t".join(COLUMNS))
        for row in as_rows(tally(names, ballots)):
            print("\t".join(row))
        return 0
    with sys.stdin if given.against == "-" else open(given.against, encoding="utf-8") as file:
        printed = json.load(file, parse_int=str, parse_float=str)
    different = compare(names, ballots, printed)
    for line in different:
        print(line)
    print("%s: %d voters, %d candidates, %s" % (given.csv, len(ballots), len(names), "different" if different else "equal"))
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
