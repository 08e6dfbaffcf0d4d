// fuzz.mjs: a running server against its own description (server.mjs tells which server). Each operation gets requests that keep
// to its schema, nearly do, and do not; elections live through random sequences; every answer must be one that the description
// has, and never a 5xx but 503. Exit status 0, or 1 with the least request or sequence that shows what is wrong, and how to have
// it again.
//
//   --seed N --path P --part requests:EVENT|broken:EVENT|parameters|sequences   as a failure has printed it
//   --runs N       requests of each event (40)
//   --sequences N  lives of an election (40)
//   --lie          changes the description that was read (for the control: it must then fail)
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { Client } from "./client.mjs";
import { Description, why } from "./description.mjs";
import { probes } from "./probes.mjs";
import { broken, requestsOf, valuesOf } from "./requests.mjs";
import { lives, Sequence } from "./sequence.mjs";
import { openServer } from "./server.mjs";

const { values: options } = parseArgs({ options: {
  seed: { type: "string" }, path: { type: "string" }, part: { type: "string" }, lie: { type: "boolean" },
  runs: { type: "string", default: "40" }, sequences: { type: "string", default: "40" },
} });
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));

// One property; a failure says how to have it again.
async function part(name, runs, property) {
  if (options.part !== undefined && options.part !== name) return;
  const result = await fc.check(property, { numRuns: runs, seed, path: options.path, endOnFailure: options.path !== undefined });
  if (!result.failed) return;
  const { counterexample: [least], counterexamplePath: path, errorInstance: error } = result;
  throw new Error(`${name}: ${error?.message}\n  the least that shows it: ${JSON.stringify(least)}\n`
    + `  again: tests/openapi/fuzz.mjs --part ${name} --seed ${seed} --path ${path}`);
}

// The token of whoever may send an event.
const tokenFor = (server, operation) =>
  operation.roles.includes("administrator") ? server.tokens.administrator : server.voters[0].token;

const isFault = (answer) => answer.status === 422;

async function requestsAlone(client, server) {
  for (const operation of client.description.operations.filter((one) => one.event)) {
    const token = tokenFor(server, operation);
    await part(`requests:${operation.id}`, Number(options.runs), fc.asyncProperty(requestsOf(client.description, operation.event), async (json) => {
      const answer = await client.call(operation, { json, token });
      const valid = operation.accepts(json);
      if (!valid) assert.ok(isFault(answer), `${answer.status}, and the schema refuses it: ${why(operation.accepts)}`);
      else if (isFault(answer)) assert.ok(answer.json.errors.every((one) => one.type === "time_invalid"), `${answer.json.code}, and the schema takes it`);
      if (isFault(answer)) assert.equal(answer.json.errors[0].type, answer.json.code);
    }));
    const texts = requestsOf(client.description, operation.event, { near: false })
      .chain((json) => broken(JSON.stringify(json), operation.event, client.description));
    await part(`broken:${operation.id}`, Number(options.runs) / 2, fc.asyncProperty(texts, async ([body, code]) => {
      const answer = await client.call(operation, { body, token });
      assert.equal(`${answer.status} ${answer.json.code}`, `422 ${code}`);
    }));
  }
}

// A parameter's values, and whether its schema takes them: a header or a parameter is a text.
function parameterTexts(description, parameter) {
  const schema = description.resolve(parameter.schema);
  if (schema.type === "integer") {
    const { minimum, maximum = 2n ** 63n - 1n } = schema;
    const takes = (text) => /^[0-9]{1,19}$/.test(text) && BigInt(text) >= BigInt(minimum) && BigInt(text) <= BigInt(maximum);
    return fc.oneof(fc.constantFrom("0", "1", "-1", "+1", "1.0", "1e2", "0x1", "", "١", "01", "9223372036854775807", "9223372036854775808",
      "99999999999999999999", String(maximum), String(BigInt(maximum) + 1n)), fc.nat().map(String)).map((text) => ({ text, takes: takes(text) }));
  }
  if (schema.pattern === undefined) return fc.string({ maxLength: 20 }).map((text) => ({ text, takes: true }));
  const values = valuesOf(schema);
  const takes = description.accepts(schema);
  return fc.oneof(values.right, values.near).map((text) => ({ text, takes: takes(text) }));
}

// Visible ASCII, with nothing at the ends that is taken off on the way.
const isSendable = (text) => /^([!-~]([ -~]*[!-~])?)?$/.test(text);

async function parametersAlone(client, server) {
  const { description } = client;
  const known = await client.call(description.byId.get("electionCreated"), { json: { name: "Parameters" }, token: server.tokens.administrator });
  const all = description.operations.flatMap((operation) => operation.parameters
    .filter((one) => one.in !== "path" && !["If-None-Match", "traceparent", "PV-Why"].includes(one.name) && operation.id !== "getElectionLive")
    .map((parameter) => ({ operation, parameter })));
  const drawn = fc.constantFrom(...all).chain(({ operation, parameter }) => parameterTexts(description, parameter)
    .filter(({ text, takes }) => (parameter.in === "query" || isSendable(text)) && !(takes && parameter.name === "PV-Min-Version" && Number(text) > 0))
    .map((value) => ({ id: operation.id, name: parameter.name, ...value })));
  await part("parameters", Number(options.runs) * 8, fc.asyncProperty(drawn, async ({ id, name, text, takes }) => {
    const operation = description.byId.get(id);
    const parameter = operation.parameters.find((one) => one.name === name);
    const where = parameter.in === "query" ? { query: { [name]: text } } : { headers: { [name]: text } };
    const json = operation.event ? {} : undefined;
    const token = operation.event ? tokenFor(server, operation) : id === "getMyBallot" ? server.voters[0].token : server.tokens.auditor;
    const answer = await client.call(operation, { ...where, json, token, id: known.json.election_id });
    const refused = answer.status === 400;
    if (takes && name === "PV-When" && refused) return; // a day that the calendar has not
    assert.equal(refused, !takes, `${name}: ${text}`);
    if (refused) assert.equal(answer.json.field, name);
  }));
}

async function sequences(client, server) {
  await part("sequences", Number(options.sequences), fc.asyncProperty(lives, (life) => new Sequence(client, server).run(life)));
}

// Silence is not success: every operation must have been answered well, and enough of the codes met.
function checkReach(client, server) {
  const missed = client.description.operations.map((one) => one.id)
    .filter((id) => !client.seen.has(`${id} 200`) && !(id === "getPhoto" && server.photo === undefined));
  assert.deepEqual(missed, [], "operations that never gave a 200");
  assert.ok(client.codes.size >= 32, `only ${client.codes.size} codes were met: ${[...client.codes.keys()].join(" ")}`);
}

async function describe(server) {
  const answer = await (await fetch(`${server.url}/openapi.json`)).json();
  if (options.lie) answer.components.schemas.Recorded.properties.number = { type: "string" };
  return new Description(answer);
}

async function main() {
  const server = await openServer();
  let client;
  try {
    client = new Client(server.url, await describe(server));
    console.log(`seed ${seed}`);
    if (options.part === undefined) {
      await probes(client, server);
      await new Sequence(client, server).whole();
    }
    await requestsAlone(client, server);
    await parametersAlone(client, server);
    await sequences(client, server);
    const told = (map) => [...map].sort().map(([key, count]) => `${key} ${count}`).join(", ");
    console.log(`${client.requests} requests: ${told(client.statuses)}\n${client.codes.size} codes: ${told(client.codes)}`);
    if (options.part === undefined) checkReach(client, server);
  } finally {
    client?.close();
    await server.stop();
  }
}

main().catch((error) => {
  console.error(`openapi: ${error.message}`);
  process.exit(1);
});
