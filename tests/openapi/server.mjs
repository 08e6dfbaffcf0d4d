// The server that is held to its description: one that runs (PHOTOVOTE_URL, with tokens in PHOTOVOTE_ADMINISTRATOR,
// PHOTOVOTE_AUDITOR and PHOTOVOTE_VOTERS, the last with commas between; PHOTOVOTE_PHOTO may name one that it has), or one that is started: PHOTOVOTE names the program.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

// Two voters who are known by their ids, and one whom the election's list leads to by the email.
const VOTERS = [["01HQ00000000000000000000V1"], ["01HQ00000000000000000000V2"], ["a name", "--email", "ada@example.org"]];

// A photograph of one dot.
const PHOTO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

// Who a voter's token says it is: what an election registers so that the token is that voter's.
function voterOf(token) {
  const claims = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(claims.sub) ? { token, id: claims.sub } : { token, email: claims.email };
}

function running() {
  const { PHOTOVOTE_URL: url, PHOTOVOTE_ADMINISTRATOR: administrator, PHOTOVOTE_AUDITOR: auditor, PHOTOVOTE_VOTERS: voters } = process.env;
  if (!administrator || !auditor || !voters) throw new Error("PHOTOVOTE_ADMINISTRATOR, PHOTOVOTE_AUDITOR and PHOTOVOTE_VOTERS are not set");
  return { url, tokens: { administrator, auditor }, voters: voters.split(",").map(voterOf), photo: process.env.PHOTOVOTE_PHOTO, stop: async () => {} };
}

function run(program, args) {
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")}: exit status ${result.status} ${result.error ?? result.stdout + result.stderr}`);
  return result.stdout.trim();
}

function firstLine(child) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("exit", (status) => reject(new Error(`photovote serve ended (${status})`)));
    child.stdout.on("data", (bytes) => {
      text += bytes;
      if (text.includes("\n")) resolve(text.split("\n")[0]);
    });
  });
}

async function started(program) {
  const data = mkdtempSync(join(tmpdir(), "photovote-openapi-"));
  const token = (role, ...who) => run(program, ["token", "--data", data, "--role", role, ...who]);
  const tokens = { administrator: token("administrator", "fuzzer"), auditor: token("auditor", "fuzzer") };
  const voters = VOTERS.map((who) => voterOf(token("voter", ...who)));
  mkdirSync(join(data, "photos"), { recursive: true });
  writeFileSync(join(data, "photos", "owl.png"), Buffer.from(PHOTO, "base64"));
  const child = spawn(program, ["serve", "--data", data, "--port", "0", "--log-level", "error",
    // A client that is gone is found when something is sent to it: soon, so that streams are not used up.
    "--heartbeat-ms", "200"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await firstLine(child);
  const ended = new Promise((resolve) => child.once("exit", (status, signal) => resolve(signal ?? status)));
  const stop = async () => {
    child.kill("SIGTERM");
    const status = await ended;
    if (status !== 0) throw new Error(`photovote serve ended with ${status}; its data is in ${data}`);
    // What it has recorded and shown is judged by the audit, if that is there.
    const audit = join(dirname(program), "photovote-audit");
    if (existsSync(audit)) {
      console.log(run(audit, ["verify", `sqlite:${join(data, "events.db")}`]));
      run(audit, ["diff", `sqlite:${join(data, "events.db")}`, "--against", `sqlite:${join(data, "cache.db")}`]);
    }
    rmSync(data, { recursive: true });
  };
  return { url, tokens, voters, photo: "owl.png", stop };
}

export function openServer() {
  if (process.env.PHOTOVOTE_URL) return running();
  if (process.env.PHOTOVOTE) return started(process.env.PHOTOVOTE);
  throw new Error("neither PHOTOVOTE_URL nor PHOTOVOTE is set");
}
