// page.mjs FOLDER [--lie]: the page /docs of a running server (server.mjs tells which), which must be made of the swagger-ui-dist
// in FOLDER: each script and style runs by the page's own policy, is the package's but for the start, and nothing is fetched from
// elsewhere. Exit status 0, or 1 with what is wrong.
//
//   --lie   changes the script that was read (for the control: it must then fail)
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";
import { parseArgs } from "node:util";
import { openServer } from "./server.mjs";

const { values: options, positionals: [folder] } = parseArgs({ allowPositionals: true, options: { lie: { type: "boolean" } } });
const POLICY = ["base-uri", "connect-src", "default-src", "form-action", "img-src", "script-src", "style-src"];

// The elements with content that is no markup, and the page without them.
function takeApart(page) {
  const contents = { style: [], script: [] };
  const rest = page.replace(/<(style|script)([^>]*)>(.*?)<\/\1>/gs, (whole, name, attributes, content) => {
    assert.equal(attributes, "", `a ${name} has attributes`);
    contents[name].push(content);
    return "";
  });
  return { ...contents, rest };
}

function policyOf(rest) {
  const [, policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(rest) ?? [];
  assert.ok(policy, "the page has no policy");
  return new Map(policy.split("; ").map((part) => part.split(" ")).map(([name, ...sources]) => [name, sources]));
}

function checkPolicy(policy, { style, script }) {
  const hashes = (texts) => texts.map((text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  assert.deepEqual([...policy.keys()].sort(), POLICY);
  assert.deepEqual(policy.get("script-src"), hashes(script), "the hashes of the scripts");
  assert.deepEqual(policy.get("style-src"), hashes(style), "the hashes of the styles");
  assert.deepEqual(policy.get("img-src"), ["data:", "blob:"]);
  assert.deepEqual(policy.get("connect-src"), ["'self'"]);
  for (const name of ["default-src", "base-uri", "form-action"]) assert.deepEqual(policy.get(name), ["'none'"], name);
}

// What the start asks of the package, and that the page has the place where it is to be shown.
function checkStart(start, rest) {
  let asked;
  const SwaggerUIBundle = (given) => { asked = given; };
  SwaggerUIBundle.presets = { apis: "the apis" };
  vm.runInNewContext(start, { SwaggerUIBundle });
  assert.equal(asked.url, "/openapi.json");
  assert.equal(asked.layout, "BaseLayout");
  assert.equal(asked.validatorUrl, null);
  assert.equal(asked.presets[0], "the apis");
  assert.ok(rest.includes(`<div id="${asked.dom_id.slice(1)}">`), `there is no ${asked.dom_id}`);
}

function checkLinks(rest) {
  assert.ok(!/:\/\//.test(rest), "the page has an address of somebody else");
  const links = [...rest.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link);
  assert.deepEqual(links, ["data:,", "/docs?static", "/openapi.json"]);
  assert.ok(!/\son\w+=/.test(rest), "the page has a script in an attribute");
}

function check(page) {
  const { style, script, rest } = takeApart(page);
  assert.equal(style.length, 1, "one style");
  assert.equal(script.length, 2, "two scripts");
  if (options.lie) script[0] += " ";
  checkPolicy(policyOf(rest), { style, script });
  assert.ok(style[0] === readFileSync(join(folder, "swagger-ui.css"), "utf8"), "the style is not the package's");
  assert.ok(script[0] === readFileSync(join(folder, "swagger-ui-bundle.js"), "utf8"), "the script is not the package's");
  assert.ok(!/url\((?!"?data:)/.test(style[0]) && !style[0].includes("@import"), "the style fetches something");
  assert.ok(new vm.Script(script[0]));
  checkStart(script[1], rest);
  checkLinks(rest);
}

async function main() {
  const server = await openServer();
  try {
    const answer = await fetch(`${server.url}/docs`), page = await answer.text();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(answer.headers.get("content-security-policy"), "frame-ancestors 'none'");
    check(page);
    const plain = await (await fetch(`${server.url}/docs?static`)).text();
    assert.ok(plain.includes("<h1>") && !plain.includes("<script"), "the page without a script");
    console.log(`/docs: ${Buffer.byteLength(page)} bytes, /docs?static: ${Buffer.byteLength(plain)} bytes`);
  } finally {
    await server.stop();
  }
}

main().catch((error) => {
  console.error(`openapi: ${error.message}`);
  process.exit(1);
});
