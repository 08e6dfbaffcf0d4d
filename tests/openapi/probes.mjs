// What is the same whatever is drawn: every path by every method, with and without its last slash, and the edges of HTTP.
import assert from "node:assert/strict";

const METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"];
const UNKNOWN = "01HQ0000000000000000000XYZ";

const pathOf = (path) => path.replace("{id}", UNKNOWN);

function isProblem({ headers, text }, status, code) {
  assert.equal(headers["content-type"], "application/problem+json");
  const problem = JSON.parse(text);
  assert.equal(problem.status, status);
  assert.equal(problem.code, code);
}

// A method that a path has not is 405, and Allow says which it has.
async function methods(client, server) {
  const paths = new Set(client.description.operations.map(({ path }) => path));
  for (const path of paths) {
    const has = client.description.operations.filter((one) => one.path === path).map(({ method }) => method);
    if (has.includes("GET")) has.push("HEAD");
    for (const method of METHODS.filter((one) => !has.includes(one))) {
      for (const end of ["", "/"]) {
        const answer = await client.raw(method, pathOf(path) + end, { token: server.tokens.administrator });
        assert.equal(answer.status, 405, `${method} ${path}${end}`);
        if (method !== "HEAD") isProblem(answer, 405, "method_not_allowed");
        assert.deepEqual(answer.headers.allow.split(", ").sort(), [...has].sort());
      }
    }
  }
}

async function unknownPaths(client) {
  for (const path of ["/", "//", "/nothing", "/election/a/b/c", "/election//document", "/Election", "/election/x/ballot", "/voter/", "/openapi.json/x", "/%2e%2e/"]) {
    const answer = await client.raw("GET", path);
    assert.ok([404, 405].includes(answer.status), `${path} gave ${answer.status}`);
    isProblem(answer, answer.status, answer.status === 404 ? "not_found" : "method_not_allowed");
  }
}

// HEAD is GET without the body; a slash at the end changes nothing.
async function reads(client, server) {
  for (const operation of client.description.operations.filter((one) => one.method === "GET" && one.id !== "getElectionLive")) {
    const token = operation.isPublic || operation.roles.includes("administrator") ? server.tokens.administrator : server.voters[0].token;
    const id = operation.id === "getPhoto" ? server.photo ?? UNKNOWN : UNKNOWN;
    const path = operation.path.replace("{id}", id);
    const first = await client.call(operation, { id, token });
    const head = await client.raw("HEAD", path, { token });
    assert.equal(head.status, first.status, `HEAD ${operation.path}`);
    assert.equal(head.headers["content-type"], first.headers["content-type"]);
    assert.equal(head.text, "");
    const slash = await client.raw("GET", `${path}/`, { token });
    assert.equal(slash.status, first.status, `${operation.path}/`);
  }
}

// A name is no way into other folders.
async function photos(client, server) {
  const operation = client.description.byId.get("getPhoto");
  for (const id of ["", "x", "x.png", ".png", "../keys", "..%2fevents.db", "../photos/owl.png", "./owl.png", "OWL.PNG", "owl.png\u0000", `${"a".repeat(65)}.png`]) {
    const answer = await client.raw("GET", `/photo/${encodeURIComponent(id)}`, { token: server.tokens.administrator });
    assert.ok([400, 404].includes(answer.status), `${id} gave ${answer.status}`);
  }
  if (server.photo === undefined) return;
  assert.equal((await client.call(operation, { id: server.photo })).status, 200);
}

async function edges(client, server) {
  const operation = client.description.byId.get("electionCreated");
  const token = server.tokens.administrator;
  const json = { name: "Edges" };
  const types = [["application/json; charset=utf-8", 200], ["application/cloudevents+json", 200], ["APPLICATION/JSON", 200], ["text/plain", 415], ["application/jsonx", 415], ["", 415]];
  for (const [type, status] of types)
    assert.equal((await client.call(operation, { json, token, headers: { "Content-Type": type } })).status, status, type);
  assert.equal((await client.raw("POST", "/election/", { token, body: JSON.stringify(json) })).status, 415);
  const large = await client.call(operation, { body: JSON.stringify({ ...json, x: "x".repeat(70000) }), token });
  assert.equal(large.status, 413);
  const many = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`X-${i}`, "x"]));
  assert.equal((await client.call(operation, { json, token, headers: many })).status, 431);
  for (const wrong of ["x", "a.b.c", "", `${token}x`, token.slice(0, -1)]) {
    const answer = await client.call(operation, { json, token: wrong });
    assert.equal(answer.status, 401, `a token of ${wrong.length} characters`);
  }
  assert.equal((await client.call(operation, { json })).json.code, "token_missing");
  // The longest of all, in the characters that take the most bytes.
  const long = { name: "\u{1f4f7}".repeat(200), description: "\u{1f989}".repeat(4000) };
  assert.equal((await client.call(operation, { json: long, token })).status, 200);
  // A version that never comes is waited for.
  const known = await client.call(operation, { json, token });
  const late = await client.call(client.description.byId.get("getElection"), { id: known.json.election_id, token, headers: { "PV-Min-Version": "9223372036854775807" } });
  assert.equal(`${late.status} ${late.json.code}`, "503 projection_behind");
  const deleted = await client.call(operation, { json, token });
  const { election_id } = deleted.json;
  assert.equal((await client.call(client.description.byId.get("electionDeleted"), { json: { election_id }, token })).status, 200);
  const gone = await client.call(client.description.byId.get("electionNameChanged"), { json: { election_id, name: "x" }, token });
  assert.equal(`${gone.status} ${gone.json.code}`, "410 election_deleted");
}

async function elections(client, server) {
  const operation = client.description.byId.get("getElections");
  for (let i = 0; i < 3; i++)
    await client.call(client.description.byId.get("electionCreated"), { json: { name: `Page ${i}` }, token: server.tokens.administrator });
  const whole = await client.call(operation, { token: server.tokens.auditor });
  const ids = [];
  for (let query = { limit: "2" }; query !== undefined;) {
    const { json } = await client.call(operation, { token: server.tokens.auditor, query });
    ids.push(...json.elections.map(({ id }) => id));
    query = json.next === null ? undefined : { limit: "2", after: json.next };
  }
  assert.deepEqual(ids.slice(0, whole.json.elections.length), whole.json.elections.map(({ id }) => id));
  assert.deepEqual(ids, [...ids].sort());
  const open = await client.call(operation);
  assert.ok(open.json.elections.every(({ phase }) => phase === "open" || phase === "closed"));
}

export async function probes(client, server) {
  for (const probe of [methods, unknownPaths, reads, photos, edges, elections]) {
    try {
      await probe(client, server);
    } catch (error) {
      throw new Error(`${probe.name}: ${error.message}`);
    }
  }
}
