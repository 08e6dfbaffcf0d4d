// A life of one election, drawn step by step: what is likely next, what is possible, what has been before, and what is read in
// between. A light model knows which ids there are; what an event does to an election is the core's business and tested there.
import assert from "node:assert/strict";
import fc from "fast-check";

// What an election needs on its way, one after the other, in the order of `advance`.
const SCRIPT = ["competitionAdded", "candidateAdded", "candidateAdded", "voterRegistered", "voterRegistered", "voterRegistered", "ballotCreated",
  "ballotCreated", "ballotCreated", "electionOpened", "ballotCandidateRated", "ballotCandidateRated", "ballotCast", "ballotCandidateRated",
  "competitionRemoved", "electionClosed"];

const WHOLE = ["electionNameChanged", "electionDescriptionChanged", "competitionAdded", "competitionNameChanged", "competitionDescriptionChanged",
  "candidateAdded", "candidateNameChanged", "candidateDescriptionChanged", "candidateImageChanged", "candidateAdded", "voterRegistered", "voterRegistered",
  "voterRegistered", "ballotCreated", "ballotCreated", "electionOpened", "ballotCandidateRated", "ballotCast", "candidateRemoved", "competitionRemoved",
  "electionClosed"];

const READS = ["getElections", "getElection", "getElectionDocument", "getElectionResults", "getElectionVoters", "getElectionBallots", "getMyBallot",
  "getElectionEvents", "getElectionRefusals", "getEvent"];

const EVENTS = ["electionCreated", "electionNameChanged", "electionDescriptionChanged", "electionOpened", "electionClosed", "competitionAdded",
  "competitionRemoved", "competitionNameChanged", "competitionDescriptionChanged", "candidateAdded", "candidateRemoved", "candidateNameChanged",
  "candidateDescriptionChanged", "candidateImageChanged", "voterRegistered", "ballotCreated", "ballotCandidateRated", "ballotCast"];

const step = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant("advance"), pick: fc.nat(99), stars: fc.constantFrom(1, 2, 3, 4, 5) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("event"), event: fc.constantFrom(...EVENTS), pick: fc.nat(99),
    stars: fc.constantFrom(null, 1, 2, 3, 4, 5), given: fc.boolean(), as: fc.constantFrom("right", "right", "right", "administrator", "auditor", "voter", "nobody", "forged"),
    expected: fc.constantFrom(undefined, undefined, undefined, "now", "before", "after") }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("read"), read: fc.constantFrom(...READS), pick: fc.nat(99),
    as: fc.constantFrom("administrator", "auditor", "voter", "nobody", "forged"), waits: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("again", "reuse", "status", "known"), pick: fc.nat(99) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pages"), limit: fc.integer({ min: 1, max: 7 }) }) },
);
// `ahead`: so many steps of the script come first, so that every phase is reached often.
export const lives = fc.record({ ahead: fc.nat(SCRIPT.length), steps: fc.array(step, { minLength: 5, maxLength: 60, size: "max" }) });

const pickOf = (list, pick) => (list.length === 0 ? undefined : list[pick % list.length]);

export class Sequence {
  constructor(client, server) {
    this.client = client;
    this.server = server;
    this.operations = client.description.byId;
    this.number = -1; // of the last record
    this.sure = true; // that it is: no 202 yet
    this.at = 0; // in the script
    this.competitions = [];
    this.candidates = [];
    this.voters = [];
    this.ballots = [];
    this.sent = []; // { operation, json, token, answer }
  }

  async begin() {
    const answer = await this.send("electionCreated", { name: "Sequence" }, this.server.tokens.administrator);
    assert.equal(answer.status, 200);
    this.id = answer.json.election_id;
  }

  async run({ ahead, steps }) {
    await this.begin();
    for (let i = 0; i < ahead; i++) await this.advance({ pick: i, stars: 1 + (i % 5) });
    for (const one of steps) await this[one.do](one);
    await this.look();
  }

  // Every event once, in an order in which each is welcome, and every read.
  async whole() {
    await this.begin();
    for (const [pick, event] of WHOLE.entries()) {
      const json = this.data(event, { pick: ["voterRegistered", "ballotCreated"].includes(event) ? pick % 3 : 0, stars: 4 });
      const { status, text } = await this.send(event, json, this.tokenFor(event, json));
      assert.equal(status, 200, `${event}: ${text}`);
      await this.read({ read: "getElectionResults", pick, as: "auditor", waits: true });
    }
    for (const read of READS) {
      const mine = read === "getMyBallot" && this.ballots[0].voter.token;
      const id = read === "getEvent" ? this.sent[0].answer.json.id : this.id;
      const { status } = await this.client.call(this.operations.get(read), { id, token: mine || this.server.tokens.administrator });
      assert.equal(status, 200, read);
    }
    await this.look();
  }

  // What is right for an event: the data that it needs, out of what there is.
  data(event, { pick, stars, given }) {
    const candidate = pickOf(this.candidates, pick) ?? { id: this.unknown(pick), competition: this.unknown(pick) };
    const competition = pickOf(this.competitions, pick) ?? this.unknown(pick);
    const ballot = pickOf(this.ballots, pick) ?? { id: this.unknown(pick) };
    const voter = this.server.voters[pick % this.server.voters.length];
    const registered = pickOf(this.voters, pick) ?? { id: this.unknown(pick) };
    const of = { election_id: this.id };
    const ofCandidate = { ...of, competition_id: candidate.competition, candidate_id: candidate.id };
    switch (event) {
      case "electionCreated": return { ...of, name: "Again" };
      case "electionNameChanged": return { ...of, name: `Name ${pick}` };
      case "electionDescriptionChanged": return { ...of, description: pick % 3 === 0 ? null : `é\n${pick}` };
      case "electionOpened": return { ...of, open_date: "2024-02-24T18:00:00Z" };
      case "electionClosed": return { ...of, close_date: pick % 7 === 1 ? "2024-02-24T17:59:59Z" : "2024-03-01T00:00:00.5+01:00" };
      case "competitionAdded": return { ...of, name: `Competition ${pick}`, ...(given && { competition_id: competition }) };
      case "competitionRemoved": return { ...of, competition_id: competition };
      case "competitionNameChanged": return { ...of, competition_id: competition, name: "\"Renamed\"" };
      case "competitionDescriptionChanged": return { ...of, competition_id: competition, description: "" };
      case "candidateAdded": return { ...of, competition_id: competition, name: `Candidate ${pick}`, ...(given && { candidate_id: candidate.id }),
        ...(pick % 2 && { image_url: "/owl.jpg", image_caption: "An owl" }) };
      case "candidateRemoved": return ofCandidate;
      case "candidateNameChanged": return { ...ofCandidate, name: "\u{1f989}" };
      case "candidateDescriptionChanged": return { ...ofCandidate, description: null };
      case "candidateImageChanged": return { ...ofCandidate, url: pick % 3 ? "https://example.org/owl.jpg" : null };
      case "voterRegistered": return { ...of, name: `Voter ${pick}`, email: voter.email ?? `${voter.id}@example.org`, ...(voter.id && { voter_id: voter.id }) };
      case "ballotCreated": return { ...of, voter_id: registered.id, ...(given && { ballot_id: ballot.id }) };
      case "ballotCandidateRated": return { ...of, ballot_id: ballot.id, ...ofCandidate, rating: stars };
      case "ballotCast": return { ...of, ballot_id: ballot.id };
      default: throw new Error(`no data for ${event}`);
    }
  }

  unknown(pick) {
    return `01HQ0000000000000000000X${String(pick % 100).padStart(2, "0")}`;
  }

  tokenAs(as, pick, ballot) {
    const voter = ballot?.voter?.token ?? this.server.voters[pick % this.server.voters.length].token;
    return { administrator: this.server.tokens.administrator, auditor: this.server.tokens.auditor, voter, nobody: undefined,
      forged: `${this.server.tokens.administrator.slice(0, -8)}AAAAAAAA` }[as];
  }

  // Whose token an event takes: that of the voter for its ballot, else the administrator's.
  tokenFor(event, json) {
    const ballot = this.ballots.find((one) => one.id === json.ballot_id);
    return /^ballotCa/.test(event) ? (ballot?.voter ?? this.server.voters[0]).token : this.server.tokens.administrator;
  }

  async send(event, json, token, headers = {}) {
    const operation = this.operations.get(event);
    const answer = await this.client.call(operation, { json, token, headers });
    if (answer.status === 200 && !this.sent.some((one) => one.answer.status === 200 && one.answer.json.id === answer.json.id))
      this.note(event, json, answer.json);
    if (answer.status === 202) this.sure = false;
    this.sent.push({ event, operation, json: { ...json, id: json.id ?? answer.json.id }, token, answer });
    return answer;
  }

  // What an event that was recorded has made.
  note(event, json, made) {
    if (this.sure) assert.equal(made.number, this.number + 1, `${event} is the record after ${this.number}`);
    this.number = Math.max(made.number, this.number);
    for (const [field, value] of Object.entries(made).filter(([key]) => key.endsWith("_id")))
      assert.equal(json[field], undefined, `${field} was given, and is ${value} all the same`);
    if (event === "competitionAdded") this.competitions.push(made.competition_id ?? json.competition_id);
    if (event === "candidateAdded") this.candidates.push({ id: made.candidate_id ?? json.candidate_id, competition: json.competition_id });
    if (event === "voterRegistered") {
      const id = made.voter_id ?? json.voter_id;
      this.voters.push({ ...this.server.voters.find((one) => one.id === id || one.email === json.email), id });
    }
    if (event === "ballotCreated")
      this.ballots.push({ id: made.ballot_id ?? json.ballot_id, voter: this.voters.find((one) => one.id === json.voter_id) });
  }

  async advance({ pick, stars }) {
    const event = SCRIPT[this.at++ % SCRIPT.length];
    const of = { voterRegistered: this.voters.length, ballotCreated: this.ballots.length, ballotCast: 0 };
    const json = this.data(event, { pick: of[event] ?? pick, stars });
    await this.send(event, json, this.tokenFor(event, json));
  }

  async event({ event, pick, stars, given, as, expected }) {
    const json = this.data(event, { pick, stars, given });
    const operation = this.operations.get(event);
    const ballot = this.ballots.find((one) => one.id === json.ballot_id);
    const token = as === "right" ? this.tokenFor(event, json) : this.tokenAs(as, pick, ballot);
    const version = { now: this.number, before: this.number - 1, after: this.number + 1 }[expected];
    const headers = { "PV-Why": encodeURIComponent("ein Grund: ü"), "PV-When": "2024-02-24T18:00:00Z", "X-Correlation-Id": `step-${pick}` };
    if (version >= 0) headers["PV-Expected-Version"] = String(version);
    const { status, json: said } = await this.send(event, json, token, headers);
    if (as === "nobody" || as === "forged") assert.equal(status, 401);
    else if (as !== "right" && !operation.roles.includes(as)) assert.equal(status, 403);
    // The election may have moved on by a 202 whose verdict is not known here.
    else if (version >= 0 && expected !== "now" && this.sure && status !== 403) assert.equal(status, 412, `${expected} ${said?.code}`);
  }

  async read({ read, pick, as, waits }) {
    const operation = this.operations.get(read);
    const event = pickOf(this.sent, pick);
    const id = read === "getEvent" ? event?.json.id ?? this.unknown(pick) : this.id;
    const token = this.tokenAs(as, pick);
    const headers = waits && operation.parameters.some((one) => one.name === "PV-Min-Version") && this.sure ? { "PV-Min-Version": String(this.number) } : {};
    const { status, json } = await this.client.call(operation, { id, token, headers });
    if (as === "forged" || (as === "nobody" && !operation.isPublic)) assert.equal(status, 401);
    else if (!operation.isPublic && !operation.roles.includes(as)) assert.equal(status, 403);
    else if (status === 200 && read !== "getMyBallot" && json.version !== undefined && this.sure) assert.equal(json.version, this.number, "an own change is shown");
  }

  // Sent again, an event that was recorded is answered as before.
  async again({ pick }) {
    const before = pickOf(this.sent.filter((one) => one.answer.status === 200), pick);
    if (before === undefined) return;
    // What was made is not told again where it was given, and given it is now.
    const { status, json } = await this.client.call(before.operation, { json: before.json, token: before.token });
    assert.equal(status, 200);
    for (const key of ["id", "stream", "number", "position"]) assert.equal(json[key], before.answer.json[key], key);
  }

  async reuse({ pick }) {
    const before = pickOf(this.sent.filter((one) => one.answer.status === 200), pick);
    if (before === undefined) return;
    const json = { id: before.json.id, election_id: this.id, name: `Another ${this.number}` };
    const { status, json: said } = await this.client.call(this.operations.get("electionNameChanged"), { json, token: this.server.tokens.administrator });
    assert.equal(`${status} ${said.code}`, "409 event_id_reused");
  }

  async status({ pick }) {
    const before = pickOf(this.sent, pick);
    if (before?.json.id === undefined) return;
    const { status, json } = await this.client.call(this.operations.get("getEvent"), { id: before.json.id, token: this.server.tokens.auditor });
    assert.equal(status, 200);
    if (before.answer.status === 200) {
      assert.equal(json.status, "recorded");
      for (const key of ["id", "stream", "number", "position"]) assert.equal(json[key], before.answer.json[key], key);
    }
  }

  // What is known already is not sent again.
  async known({ pick }) {
    const operation = this.operations.get(["getElection", "getElectionDocument", "getElectionResults"][pick % 3]);
    const token = this.server.tokens.auditor;
    const first = await this.client.call(operation, { id: this.id, token });
    if (first.status !== 200) return;
    const second = await this.client.call(operation, { id: this.id, token, headers: { "If-None-Match": first.headers.etag } });
    assert.equal(second.status, 304);
    const third = await this.client.call(operation, { id: this.id, token, headers: { "If-None-Match": '"none"' } });
    assert.equal(third.text, first.text);
  }

  async all(name, key, limit) {
    const items = [];
    for (let from = "0"; from !== null;) {
      const { status, json } = await this.client.call(this.operations.get(name), { id: this.id, token: this.server.tokens.auditor, query: { from, limit: String(limit) } });
      assert.equal(status, 200, `${name} from ${from}`);
      assert.ok(json[key].length <= limit);
      items.push(...json[key]);
      assert.ok(json.next === null || json.next > Number(from));
      from = json.next === null ? null : String(json.next);
    }
    return items;
  }

  // Pages put together are the whole.
  async pages({ limit }) {
    const whole = await this.client.call(this.operations.get("getElectionDocument"), { id: this.id, token: this.server.tokens.auditor });
    assert.equal(whole.status, 200);
    assert.deepEqual(await this.all("getElectionVoters", "voters", limit), whole.json.voters);
    assert.deepEqual(await this.all("getElectionBallots", "ballots", limit), whole.json.ballots);
    const events = await this.all("getElectionEvents", "events", limit);
    assert.equal(events.length, whole.json.version + 1);
    assert.deepEqual(events.map((event) => event.number), events.map((_, i) => i));
    const refusals = await this.all("getElectionRefusals", "refusals", limit);
    assert.ok(refusals.every((one, i) => i === 0 || one.sequence > refusals[i - 1].sequence));
  }

  // The live stream tells what was recorded, to each what is for its eyes.
  async look() {
    const events = await this.all("getElectionEvents", "events", 1000);
    const last = events[events.length - 1].number;
    const messages = await this.client.live(this.id, { token: this.server.tokens.auditor, last: 0, enough: (all) => all.length > 0 && all[all.length - 1].id === last });
    this.shown(messages);
    assert.deepEqual(messages.slice(1).map(({ data }) => data), events.slice(1).map(({ number, type, data }) => ({ number, type, data })));
    // What was before the opening is not the public's.
    const opened = events.findIndex(({ type }) => type.endsWith(".ElectionOpened"));
    const seen = events.slice(opened).filter(({ type }) => opened > 0 && !/\.(Voter|Ballot)\./.test(type));
    const visible = await this.client.call(this.operations.get("getElection"), { id: this.id });
    if (visible.status !== 200 || seen.length === 0) return;
    const open = await this.client.live(this.id, { last: 0, enough: (all) => all.length > seen.length });
    this.shown(open);
    assert.deepEqual(open.slice(1).map(({ id }) => id), seen.map(({ number }) => number));
  }

  shown([state, ...changes]) {
    const description = this.client.description;
    const ofState = description.describes({ $ref: "#/components/schemas/LiveState" });
    const ofChange = description.describes({ $ref: "#/components/schemas/LiveChange" });
    assert.ok(state.event === "state" && ofState(state.data), JSON.stringify(state));
    for (const change of changes)
      assert.ok(change.data.type.endsWith(`.${change.event}`) && change.data.number === change.id && ofChange(change.data), JSON.stringify(change));
  }
}
