// check.mjs DESCRIBE [--lie]: holds the description to JSON Schema, to the limits of D2 typed a second time, and the schemas
// of the requests to the core, which DESCRIBE (tests/openapi/describe.c) asks. Exit status 0, or 1 with the first that is wrong.
//
//   --runs N   requests of each event (200)
//   --seed N   draws the same again
//   --lie      changes a limit in the description that was read (for the control: it must then fail)
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { Description, why } from "./description.mjs";
import { broken, requestsOf } from "./requests.mjs";
import { samples } from "./samples.mjs";

const { values: options, positionals: [describe] } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string", default: "200" }, seed: { type: "string" }, lie: { type: "boolean" } },
});
const seed = Number(options.seed ?? Math.floor(Math.random() * 2 ** 31));

function fail(message) {
  console.error(`openapi: ${message}`);
  process.exit(1);
}

function read() {
  const run = spawnSync(describe, ["openapi"], { encoding: "utf8", maxBuffer: 1 << 26 });
  if (run.status !== 0) fail(`${describe} openapi: ${run.error ?? run.stderr}`);
  const document = JSON.parse(run.stdout);
  if (options.lie) document.components.schemas.Name.maxLength -= 1;
  return document;
}

// The core's word on one request after another.
class Core {
  constructor() {
    this.process = spawn(describe, ["judge"], { stdio: ["pipe", "pipe", "inherit"] });
    this.waiting = [];
    this.process.on("exit", (status) => this.waiting.length > 0 && fail(`${describe} judge ended (${status})`));
    createInterface({ input: this.process.stdout }).on("line", (line) => this.waiting.shift()(line.split(" ")));
  }
  ask(event, json) {
    this.process.stdin.write(`${event} ${json}\n`);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
  end() {
    this.process.stdin.end();
  }
}

function checkSamples(description) {
  let count = 0;
  for (const [component, { right, wrong }] of Object.entries(samples)) {
    const accepts = description.accepts({ $ref: `#/components/schemas/${component}` });
    for (const [values, expected] of [[right, true], [wrong, false]]) {
      for (const value of values) {
        if (accepts(value) !== expected)
          fail(`${component} ${expected ? "refuses" : "takes"} ${JSON.stringify(value).slice(0, 120)} ${why(accepts)}`);
        count++;
      }
    }
  }
  return count;
}

// What the schema accepts the core accepts, and what the schema refuses the core refuses. Beyond the schema are a date that the
// calendar has not, and a number with a fraction or an exponent that is whole.
function agrees(valid, codes) {
  return valid ? codes.every((code) => code === "ok" || code === "time_invalid") : codes[0] !== "ok";
}

async function checkRequests(description, core) {
  const counts = { accepted: 0, refused: 0, broken: 0 };
  const runs = { numRuns: Number(options.runs), seed };
  for (const operation of description.operations.filter((one) => one.event)) {
    await fc.assert(fc.asyncProperty(requestsOf(description, operation.event), async (request) => {
      const valid = operation.accepts(request);
      const codes = await core.ask(operation.event, JSON.stringify(request));
      counts[codes[0] === "ok" ? "accepted" : "refused"]++;
      if (!agrees(valid, codes))
        throw new Error(`${operation.event}: the schema ${valid ? "takes it" : `refuses it (${why(operation.accepts)})`}, the core says ${codes}`);
    }), runs);
    const texts = requestsOf(description, operation.event, { near: false })
      .chain((request) => broken(JSON.stringify(request), operation.event, description));
    await fc.assert(fc.asyncProperty(texts, async ([json, code]) => {
      const codes = await core.ask(operation.event, json);
      counts.broken++;
      if (codes[0] !== code) throw new Error(`${operation.event} ${json}: the core says ${codes}, not ${code}`);
    }), { numRuns: 40, seed });
  }
  return counts;
}

async function main() {
  const description = new Description(read());
  for (const name of Object.keys(description.schemas)) {
    for (const ajv of [description.open, description.strict]) {
      if (ajv.getSchema(`urn:photovote:description#/$defs/${name}`) === undefined) fail(`no schema ${name}`);
    }
  }
  console.log(`${Object.keys(description.schemas).length} schemas compiled, ${description.operations.length} operations`);
  console.log(`${checkSamples(description)} values of D2 judged as typed by hand`);
  const core = new Core();
  const counts = await checkRequests(description, core);
  core.end();
  console.log(`seed ${seed}: the core agrees on ${counts.accepted} requests that it accepts, ${counts.refused} that it refuses, `
    + `${counts.broken} broken texts`);
  if (counts.accepted < counts.refused / 4 || counts.refused < counts.accepted / 4) fail("the requests are of one kind only");
}

main().catch((error) => fail(`seed ${seed}: ${error.message}`));
