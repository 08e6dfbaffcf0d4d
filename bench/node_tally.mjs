// node_tally.mjs FILE: the tally as a Node programmer would write it, without any validation. It knows the kinds of
// events that the generator writes and prints what `photovote-audit replay --print tally` prints.
import { closeSync, openSync, readSync } from "node:fs";
import { tallyDocument } from "./tally_document.mjs";

const election = { id: "", name: "", version: 0, opened: false, closed: false, voters: 0, issued: 0, cast: 0 };
const competitions = [];
const candidates = [];
const ballots = new Map(); // ballot id -> Map of candidate id -> rating
const histograms = new Map(); // candidate id -> five counts

// A cast ballot is final, so it is counted at once and forgotten.
function countBallot(id) {
  for (const [candidate, rating] of ballots.get(id)) histograms.get(candidate)[rating - 1] += 1;
  ballots.delete(id);
  election.cast += 1;
}

function apply({ type, number, data }) {
  election.version = number;
  switch (type) {
    case "PhotoVote.Event.Ballot.BallotCandidateRated":
      if (data.rating === null) ballots.get(data.ballot_id).delete(data.candidate_id);
      else ballots.get(data.ballot_id).set(data.candidate_id, data.rating);
      break;
    case "PhotoVote.Event.Ballot.BallotCreated":
      ballots.set(data.ballot_id, new Map());
      election.issued += 1;
      break;
    case "PhotoVote.Event.Ballot.BallotCast":
      countBallot(data.ballot_id);
      break;
    case "PhotoVote.Event.Voter.VoterRegistered":
      election.voters += 1;
      break;
    case "PhotoVote.Event.Candidate.CandidateAdded":
      candidates.push({ id: data.candidate_id, name: data.name, competition: data.competition_id });
      histograms.set(data.candidate_id, [0, 0, 0, 0, 0]);
      break;
    case "PhotoVote.Event.Competition.CompetitionAdded":
      competitions.push({ id: data.competition_id, name: data.name });
      break;
    case "PhotoVote.Event.Election.ElectionCreated":
      election.id = data.election_id;
      election.name = data.name;
      break;
    case "PhotoVote.Event.Election.ElectionOpened":
      election.opened = true;
      break;
    case "PhotoVote.Event.Election.ElectionClosed":
      election.closed = true;
      break;
    default:
      throw new Error(`event ${number}: the generator writes no ${type}`);
  }
}

// Calls `each` with every line of the file. Reading pieces is twice as fast as node:readline.
function forEachLine(path, each) {
  const file = openSync(path, "r");
  const buffer = Buffer.allocUnsafe(1 << 20);
  let used = 0;
  for (;;) {
    const n = readSync(file, buffer, used, buffer.length - used, null);
    if (n === 0) break;
    used += n;
    const whole = buffer.lastIndexOf(10, used - 1) + 1;
    if (whole === 0 && used === buffer.length) throw new Error(`${path}: a line is longer than ${used} bytes`);
    for (let start = 0; start < whole; ) {
      const end = buffer.indexOf(10, start);
      each(buffer.toString("utf8", start, end));
      start = end + 1;
    }
    buffer.copy(buffer, 0, whole, used);
    used -= whole;
  }
  if (used > 0) each(buffer.toString("utf8", 0, used));
  closeSync(file);
}

if (process.argv.length !== 3) {
  console.error("Usage: node node_tally.mjs FILE");
  process.exit(2);
}
try {
  forEachLine(process.argv[2], (line) => apply(JSON.parse(line)));
} catch (error) {
  console.error(`node_tally.mjs: ${error.message}`);
  process.exit(2);
}
console.log(tallyDocument(election, competitions, candidates, (id) => histograms.get(id)));
