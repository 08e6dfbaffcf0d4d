// node_tally.mjs FILE: the tally of the cast ballots as a Node programmer would write it, without any validation.
// Prints `candidate_id,count,sum` a line, sorted by candidate.
import { closeSync, openSync, readSync } from "node:fs";

const ballots = new Map(); // ballot id -> Map of candidate id -> rating
const tally = new Map(); // candidate id -> [count, sum]

function countBallot(ballot) {
  for (const [candidate, rating] of ballot) {
    const entry = tally.get(candidate);
    if (entry) {
      entry[0] += 1;
      entry[1] += rating;
    } else {
      tally.set(candidate, [1, rating]);
    }
  }
}

// A cast ballot is final, so it is counted at once and forgotten.
function apply({ type, data }) {
  switch (type) {
    case "PhotoVote.Event.Ballot.BallotCandidateRated":
      if (data.rating === null) ballots.get(data.ballot_id).delete(data.candidate_id);
      else ballots.get(data.ballot_id).set(data.candidate_id, data.rating);
      break;
    case "PhotoVote.Event.Ballot.BallotCreated":
      ballots.set(data.ballot_id, new Map());
      break;
    case "PhotoVote.Event.Ballot.BallotCast":
      countBallot(ballots.get(data.ballot_id));
      ballots.delete(data.ballot_id);
      break;
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
for (const candidate of [...tally.keys()].sort()) console.log(`${candidate},${tally.get(candidate).join(",")}`);
