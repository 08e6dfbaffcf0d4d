// The tally as `photovote-audit replay --print tally` prints it, from what an opponent has counted. Small work beside
// counting: some candidates, whatever the number of events.

const phase = ({ opened, closed }) => (closed ? "closed" : opened ? "open" : "draft");

// The rating that the histogram has at this place when all its ratings stand in a row.
function ratingAt(histogram, place) {
  let rating = 0;
  for (let passed = 0; passed <= place; rating++) passed += histogram[rating];
  return rating;
}

function counted({ id, name }, histogram) {
  const ratings = histogram.reduce((all, count) => all + count, 0);
  const sum = histogram.reduce((all, count, i) => all + count * (i + 1), 0);
  const mean = ratings ? Math.floor((sum * 20000 + ratings) / (2 * ratings)) / 10000 : null;
  const median = ratings ? (ratingAt(histogram, (ratings - 1) >> 1) + ratingAt(histogram, ratings >> 1)) / 2 : null;
  return { rank: 0, id, name, ratings, sum, mean, median, histogram };
}

// Positive if b has the higher mean; those without ratings are last.
function compareMeans(a, b) {
  if (a.ratings === 0 || b.ratings === 0) return (a.ratings === 0) - (b.ratings === 0);
  return b.sum * a.ratings - a.sum * b.ratings;
}

function ranked(candidates) {
  candidates.sort(compareMeans); // stable: among equals the order of addition
  candidates.forEach((candidate, i) => {
    const equal = i > 0 && compareMeans(candidates[i - 1], candidate) === 0;
    candidate.rank = equal ? candidates[i - 1].rank : i + 1;
  });
  return candidates;
}

// ELECTION: {id, name, version, opened, closed, voters, issued, cast}. COMPETITIONS: [{id, name}] and CANDIDATES:
// [{id, name, competition}] in the order of their addition. HISTOGRAM: a function from a candidate's id to its five counts.
export function tallyDocument(election, competitions, candidates, histogram) {
  return JSON.stringify({
    election: election.id,
    name: election.name,
    version: election.version,
    phase: phase(election),
    voters: election.voters,
    ballots_issued: election.issued,
    ballots_cast: election.cast,
    competitions: competitions.map(({ id, name }) => ({
      id,
      name,
      candidates: ranked(
        candidates.filter(({ competition }) => competition === id).map((one) => counted(one, histogram(one.id))),
      ),
    })),
  });
}
