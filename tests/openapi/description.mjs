// The description, read: its operations, and validators of what it says by ajv (JSON Schema 2020-12, strict).
import { createRequire } from "node:module";

const Ajv = createRequire(import.meta.url)("ajv/dist/2020.js").default;
const ROOT = "urn:photovote:description";

// The description's references, as those of one schema that holds all components.
function rebased(value) {
  if (Array.isArray(value)) return value.map(rebased);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === "$ref" ? part.replace("#/components/schemas/", `${ROOT}#/$defs/`) : rebased(part),
    ]),
  );
}

// Objects that have members listed get no others. The description leaves room for what comes later; a check must notice
// what it does not tell.
function closed(value) {
  if (Array.isArray(value)) return value.map(closed);
  if (value === null || typeof value !== "object") return value;
  const all = Object.fromEntries(Object.entries(value).map(([key, part]) => [key, closed(part)]));
  if (value.type === "object" && value.properties !== undefined && value.additionalProperties === undefined)
    all.additionalProperties = false;
  return all;
}

function makeAjv(schemas) {
  const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: false });
  ajv.addFormat("int64", true);
  ajv.addSchema({ $id: ROOT, $defs: schemas });
  return ajv;
}

export class Description {
  constructor(document) {
    this.document = document;
    const schemas = rebased(document.components.schemas);
    this.schemas = document.components.schemas;
    this.open = makeAjv(schemas);
    this.strict = makeAjv(closed(schemas));
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => this.#operation(path, method, operation)),
    );
    this.byId = new Map(this.operations.map((operation) => [operation.id, operation]));
  }

  resolve(part) {
    while (part.$ref !== undefined)
      part = part.$ref.slice(2).split("/").reduce((at, key) => at[key], this.document);
    return part;
  }

  // Whether a request's value is as it should be: members that are not listed may be there.
  accepts(schema) {
    return this.open.compile(rebased(schema));
  }

  // Whether an answer is, with nothing beside what is listed.
  describes(schema) {
    return this.strict.compile(rebased(schema));
  }

  #operation(path, method, operation) {
    const body = operation.requestBody?.content["application/json"].schema;
    const responses = Object.entries(operation.responses).map(([status, response]) => {
      response = this.resolve(response);
      const content = Object.entries(response.content ?? {}).map(([type, media]) => [type, this.describes(media.schema)]);
      return [Number(status), { content: new Map(content), headers: Object.keys(response.headers ?? {}) }];
    });
    return {
      id: operation.operationId,
      method: method.toUpperCase(),
      path,
      parameters: operation.parameters,
      // Without a token, or which roles: any one is enough.
      isPublic: operation.security.some((one) => Object.keys(one).length === 0),
      roles: operation.security.flatMap((one) => one.bearer ?? []),
      event: body && body.$ref.split("/").pop(),
      accepts: body && this.accepts(body),
      responses: new Map(responses),
    };
  }
}

// An error of ajv, as a line.
export function why(validate) {
  const [error] = validate.errors ?? [];
  return error ? `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}` : "";
}
