// Requests made from the schemas: what keeps to them, what nearly does, and what does not. Which of them a value is, the
// schema tells afterwards; so the neighbours of what is right are found without knowing the rules.
import fc from "fast-check";

const ODD = ["", " ", "\t", "\n", "\u0000", "\u001f", "\u007f", "\u0085", "\u00a0", "\u00e9", "\u2028", "\u{1f4f7}", "\ufeff",
  "@", ".", "-", ":", "/", "//", "#", "?", "\\", "\"", "<", "0", "8", "I", "i", "u", "Z", "é", "1".repeat(64)];

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.string({ maxLength: 20 }),
);

// Other JSON where something is meant.
const anything = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0, 1, 5, 6, -1, 1.5, 1e30, 9007199254740993, [], {}, [1], { a: 1 }, "", " "),
  text,
  fc.jsonValue({ maxDepth: 2 }),
);

// A text of that many code points, whose parts are of different lengths in UTF-8.
const ofLength = (length) =>
  fc.constantFrom("a", "é", "€", "\u{1f4f7}").map((character) => character.repeat(Math.max(0, length)));

// A step from a text: something put in, taken out, put in its place, repeated, cut, or in other letters.
const step = fc.oneof(
  fc.record({ kind: fc.constant("in"), at: fc.nat(300), what: fc.constantFrom(...ODD) }),
  fc.record({ kind: fc.constant("out"), at: fc.nat(300) }),
  fc.record({ kind: fc.constant("put"), at: fc.nat(300), what: fc.constantFrom(...ODD) }),
  fc.record({ kind: fc.constantFrom("twice", "lower", "upper", "trim", "front", "end"), what: fc.constantFrom(...ODD) }),
);

function stepped(value, { kind, at, what }) {
  const points = [...value];
  const place = points.length === 0 ? 0 : at % (points.length + 1);
  switch (kind) {
    case "in": return [...points.slice(0, place), what, ...points.slice(place)].join("");
    case "out": return [...points.slice(0, place), ...points.slice(place + 1)].join("");
    case "put": return [...points.slice(0, place), what, ...points.slice(place + 1)].join("");
    case "twice": return value.length > 3000 ? value : value + value;
    case "lower": return value.toLowerCase();
    case "upper": return value.toUpperCase();
    case "front": return what + value;
    case "end": return value + what;
    default: return value.trim();
  }
}

// The values of one component: right ones by its pattern, then up to three steps away.
export function valuesOf(schema) {
  if (schema.type === "integer") {
    const { minimum, maximum } = schema;
    return { right: fc.integer({ min: minimum, max: maximum }),
      near: fc.constantFrom(minimum - 1, maximum + 1, -minimum, maximum * 1e6, `${minimum}`, minimum + 0.5) };
  }
  // The long lengths that a pattern allows stand in the schema beside it.
  const pattern = new RegExp(schema.pattern, "u");
  const max = schema.maxLength ?? 64;
  const made = fc.stringMatching(pattern, { maxLength: 40 }).filter((value) => !/^[-0]+$/.test(value));
  const given = schema.examples ? [fc.constantFrom(...schema.examples)] : [];
  const short = fc.oneof(made, ...given).filter((value) => pattern.test(value) && [...value].length <= max);
  const padded = fc.tuple(short, ofLength(max)).map(([value, long]) => [...(value + long)].slice(0, max).join(""))
    .map((value) => (pattern.test(value) ? value : value.replace(/[^!-~]/gu, "a")));
  const long = fc.tuple(short, padded).map(([value, filled]) => (pattern.test(filled) ? filled : value));
  const right = schema.maxLength === undefined ? short : fc.oneof({ weight: 5, arbitrary: short }, { weight: 1, arbitrary: long });
  const near = fc.oneof(
    fc.tuple(short, fc.array(step, { minLength: 1, maxLength: 3 })).map(([value, steps]) => steps.reduce(stepped, value)),
    fc.tuple(short, ofLength(max + 1)).map(([value, long]) => [...(value + long)].slice(0, max + 1).join("")),
    ofLength(max), ofLength(max + 1), ofLength(max - 1),
    fc.constantFrom(...ODD, "0".repeat(26), "0".repeat(8) + "-0000-0000-0000-" + "0".repeat(12)),
  );
  return { right, near };
}

// What stands where a field's value goes: the name of the component, and whether null may stand there too.
export function fieldSpec(description, field) {
  const ref = field.$ref ?? field.anyOf[0].$ref;
  return { component: ref.split("/").pop(), nullable: field.anyOf !== undefined, schema: description.resolve({ $ref: ref }) };
}

// The fields of an event: an object with, for each, a recipe { right, near }, and whether it may be left out.
export function recipes(description, event) {
  const schema = description.schemas[event];
  return Object.entries(schema.properties).map(([name, field]) => {
    const spec = fieldSpec(description, field);
    return { name, ...spec, ...valuesOf(spec.schema), optional: !(schema.required ?? []).includes(name) };
  });
}

// A field's share of a request: absent (undefined), or a value.
function share(recipe, isRight) {
  const kinds = [{ weight: 12, arbitrary: recipe.right }];
  if (recipe.nullable) kinds.push({ weight: 2, arbitrary: fc.constant(null) });
  if (recipe.optional) kinds.push({ weight: 3, arbitrary: fc.constant(undefined) });
  if (!isRight) {
    kinds.push({ weight: 24, arbitrary: recipe.near }, { weight: 6, arbitrary: anything });
    kinds.push({ weight: 6, arbitrary: fc.constantFrom(undefined, null) });
  }
  return fc.oneof(...kinds);
}

// A request of an event, as a value. `near`: about half of them have something wrong.
export function requestsOf(description, event, { near = true, given = {} } = {}) {
  const fields = recipes(description, event);
  const wrongOnes = near ? fc.subarray(fields.map((field) => field.name), { maxLength: 2 }) : fc.constant([]);
  const others = fc.dictionary(fc.string({ maxLength: 8 }).filter((key) => key !== "__proto__"), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 });
  return wrongOnes.chain((wrong) =>
    fc.tuple(near ? others : fc.constant({}), ...fields.map((field) =>
      field.name in given && !wrong.includes(field.name) ? fc.constant(given[field.name]) : share(field, !wrong.includes(field.name))))
      .map(([extra, ...values]) => {
        const request = { ...extra };
        for (const [i, field] of fields.entries()) {
          delete request[field.name];
          if (values[i] !== undefined) request[field.name] = values[i];
        }
        return request;
      }));
}

// Texts that are no such request whatever the schema says, with the code that they get: JSON has more spellings than values.
export function broken(text, event, description) {
  const field = Object.keys(description.schemas[event].properties)[1];
  return fc.constantFrom(
    ["", "json_invalid"], ["null", "json_invalid"], ["[]", "json_invalid"], ["\"text\"", "json_invalid"], ["{", "json_invalid"],
    [text + "x", "json_invalid"], [text + text, "json_invalid"], [text.slice(0, -1), "json_invalid"],
    ["\ufeff" + text, "json_invalid"], [text.replace("{", "{,"), "json_invalid"], ["{'a':1}", "json_invalid"],
    ['{"x":"\\ud800"}', "json_invalid"], ['{"x":"\u0001"}', "json_invalid"], ['{"x":01}', "json_invalid"], ['{"x":NaN}', "json_invalid"],
    ['{"x":' + "[".repeat(64) + "]".repeat(64) + "}", "json_invalid"],
    [`{"${field}":1,"${field}":1}`, "json_duplicate_key"],
    [`{"${field}":1,"\\u00${field.charCodeAt(0).toString(16)}${field.slice(1)}":1}`, "json_duplicate_key"],
    [`{"id":null,"id":null}`, "json_duplicate_key"],
  );
}
