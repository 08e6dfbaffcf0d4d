// Requests, and whether their answers are as the description has them.
import http from "node:http";
import { why } from "./description.mjs";

const TIMEOUT_MS = 20000;

export class Client {
  constructor(url, description) {
    this.base = new URL(url);
    this.description = description;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    this.statuses = new Map();
    this.codes = new Map();
    this.seen = new Set(); // operation and status
    this.requests = 0;
  }

  // As bytes go out and come back.
  raw(method, path, { headers = {}, body, token } = {}) {
    const all = { ...headers };
    if (token !== undefined) all.Authorization = `Bearer ${token}`;
    if (body !== undefined) all["Content-Length"] = Buffer.byteLength(body);
    this.requests++;
    return new Promise((resolve, reject) => {
      const request = http.request({ host: this.base.hostname, port: this.base.port, agent: this.agent, method, path, headers: all,
        timeout: TIMEOUT_MS }, (response) => {
        const parts = [];
        response.on("data", (part) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(parts).toString("utf8") }));
      });
      request.on("timeout", () => request.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS} ms`)));
      request.on("error", reject);
      request.end(body);
    });
  }

  // A request of an operation; its answer is checked, and given with `json`.
  async call(operation, { id, query, ...rest } = {}) {
    let path = operation.path.replace("{id}", () => encodeURIComponent(id));
    if (query && Object.keys(query).length > 0) path += `?${new URLSearchParams(query)}`;
    if (rest.json !== undefined) rest.body = JSON.stringify(rest.json);
    if (rest.body !== undefined) rest.headers = { "Content-Type": "application/json", ...rest.headers };
    const answer = await this.raw(operation.method, path, rest);
    try {
      this.check(operation, answer);
    } catch (error) {
      throw new Error(`${operation.id}: ${operation.method} ${path} ${JSON.stringify(rest.headers ?? {})} ${rest.body ?? ""}\n`
        + `  gave ${answer.status} ${JSON.stringify(answer.headers)} ${answer.text.slice(0, 1000)}\n  ${error.message}`);
    }
    return answer;
  }

  check(operation, answer) {
    const { status, headers, text } = answer;
    const response = operation.responses.get(status);
    if (status >= 500 && status !== 503) throw new Error(`a status of ${status} is a defect`);
    if (response === undefined) throw new Error(`the description has no status ${status} here`);
    const type = headers["content-type"]?.split(";")[0];
    if (response.content.size === 0) {
      if (text !== "") throw new Error("the description has no body here");
    } else {
      const describes = response.content.get(type);
      if (describes === undefined) throw new Error(`the description has no ${type} here`);
      answer.json = type.endsWith("json") ? JSON.parse(text) : text;
      if (!describes(answer.json)) throw new Error(`the body is not as described: ${why(describes)}`);
    }
    for (const name of response.headers) {
      if (headers[name.toLowerCase()] === undefined) throw new Error(`there is no ${name}`);
      const validate = this.description.describes(this.description.document.components.headers[name].schema);
      const value = name === "Retry-After" ? Number(headers["retry-after"]) : headers[name.toLowerCase()];
      if (!validate(value)) throw new Error(`${name} is not as described: ${why(validate)}`);
    }
    if (headers["x-content-type-options"] !== "nosniff") throw new Error("there is no X-Content-Type-Options");
    this.count(operation, answer);
  }

  count(operation, { status, json }) {
    this.seen.add(`${operation.id} ${status}`);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    if (json?.code !== undefined) this.codes.set(json.code, (this.codes.get(json.code) ?? 0) + 1);
  }

  // Server-Sent Events until `enough` says so of the messages, each { id, event, data }.
  live(id, { token, last, enough }) {
    const operation = this.description.byId.get("getElectionLive");
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    if (last !== undefined) headers["Last-Event-ID"] = String(last);
    return new Promise((resolve, reject) => {
      const messages = [];
      let rest = "";
      const request = http.get({ host: this.base.hostname, port: this.base.port, path: operation.path.replace("{id}", id), headers,
        agent: false, timeout: TIMEOUT_MS }, (response) => {
        if (response.statusCode !== 200 || response.headers["content-type"] !== "text/event-stream")
          reject(new Error(`the live stream of ${id} gave ${response.statusCode} ${response.headers["content-type"]}`));
        this.count(operation, { status: response.statusCode });
        response.on("data", (bytes) => {
          const blocks = (rest + bytes).split("\n\n");
          rest = blocks.pop();
          messages.push(...blocks.map(message).filter((one) => one.event !== undefined));
          if (!enough(messages)) return;
          request.destroy();
          resolve(messages);
        });
        response.on("error", () => {});
      });
      request.on("timeout", () => {
        request.destroy();
        reject(new Error(`the live stream of ${id} gave too little: ${JSON.stringify(messages)}`));
      });
      request.on("error", reject);
    });
  }

  close() {
    this.agent.destroy();
  }
}

function message(block) {
  const lines = block.split("\n").filter((line) => !line.startsWith(":")).map((line) => /^([a-z]+): (.*)$/u.exec(line));
  const { id, event, data } = Object.fromEntries(lines.filter(Boolean).map(([, key, value]) => [key, value]));
  return { id: Number(id), event, data: data && JSON.parse(data) };
}
