// Judges values by ajv: as a contract's own schemas have it, and as its TypeScript types mean it. Lines of JSON come in,
// first `{ contracts: [{ contract, typescript }] }`, then `{ at, direction, schema, type, text }` for each value; for each
// value a line goes out, `{ contract, typescript, back }`. It knows nothing of Rust.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const name = (reference) => reference.slice(reference.lastIndexOf("/") + 1);
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const mapped = (members, change) => Object.fromEntries(Object.entries(members).map(([key, value]) => [key, change(value)]));

/** The schemas of a contract for values that travel in one direction, in the words of JSON Schema 2020-12. */
function prepared(schemas, direction) {
  const refused = direction === "request" ? "readOnly" : "writeOnly";
  const followed = (schema) => (schema.$ref ? schemas[name(schema.$ref)] : schema);
  const isAbsent = (member) => member[refused] === true || followed(member)[refused] === true;
  const absent = (schema) => [
    ...Object.entries(schema.properties ?? {}).filter(([, member]) => isAbsent(member)).map(([key]) => key),
    ...(schema.allOf ?? []).flatMap((part) => absent(followed(part))),
  ];
  const isClosed = (schema) => schema.additionalProperties === false || (schema.allOf ?? []).some((part) => isClosed(followed(part)));

  /** `without` are the members that stand elsewhere in an `allOf` and do not travel. */
  function rewritten(schema, without = []) {
    if (!isObject(schema)) return schema;
    const out = { ...schema };
    const gone = [...absent(schema), ...without];
    if (schema.properties) {
      const here = Object.entries(schema.properties).filter(([key]) => !gone.includes(key));
      out.properties = Object.fromEntries(here.map(([key, member]) => [key, rewritten(member)]));
    }
    if (schema.required) out.required = schema.required.filter((key) => !gone.includes(key));
    if (schema.items) out.items = rewritten(schema.items);
    if (schema.additionalProperties) out.additionalProperties = rewritten(schema.additionalProperties);
    for (const several of ["oneOf", "anyOf"]) if (schema[several]) out[several] = schema[several].map((one) => rewritten(one));
    if (schema.allOf) merged(out, schema, gone);
    return older(integers(out));
  }

  /** An object that is merged from parts is closed to what none of them has. `additionalProperties` sees its own only. */
  function merged(out, schema, gone) {
    const closed = isClosed(schema);
    const opened = (part) => {
      const copy = rewritten(followed(part), gone);
      for (const one of [copy, ...(copy.allOf ?? [])]) {
        if (one.additionalProperties === false) delete one.additionalProperties;
        delete one.unevaluatedProperties;
      }
      return copy;
    };
    out.allOf = schema.allOf.map((part) => (closed ? opened(part) : rewritten(part, gone)));
    if (closed) {
      delete out.additionalProperties;
      out.unevaluatedProperties = false;
    }
  }
  return mapped(schemas, (schema) => rewritten(schema));
}

/** Integers are of 64 bits where they say nothing else. */
function integers(schema) {
  const types = [schema.type].flat();
  return types.includes("integer") && !schema.format ? { ...schema, format: "int64" } : schema;
}

/** What OpenAPI 3.0 has its own words for. */
function older({ nullable, ...schema }) {
  for (const [exclusive, inclusive] of [["exclusiveMinimum", "minimum"], ["exclusiveMaximum", "maximum"]]) {
    if (schema[exclusive] === true) {
      schema[exclusive] = schema[inclusive];
      delete schema[inclusive];
    } else if (schema[exclusive] === false) delete schema[exclusive];
  }
  return nullable ? { anyOf: [schema, { type: "null" }] } : schema;
}

/** Every schema in a document with integers of 64 bits. */
function everywhere(value) {
  if (Array.isArray(value)) return value.map(everywhere);
  return isObject(value) ? integers(mapped(value, everywhere)) : value;
}

function judge() {
  // A decimal fraction is a multiple of another one, whatever the division of their doubles rounds to.
  // And what every object of JavaScript has, such as `constructor`, is no member.
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 9, ownProperties: true });
  addFormats(ajv);
  const within = (least, most) => ({ type: "number", validate: (value) => value >= least && value < most });
  ajv.addFormat("int64", within(-(2 ** 63), 2 ** 63));
  ajv.addFormat("float", { type: "number", validate: Number.isFinite });
  return ajv;
}

const [first, ...lines] = readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
const ajv = judge();
JSON.parse(first).contracts.forEach(({ contract, typescript }, at) => {
  const schemas = contract.components.schemas;
  for (const direction of ["request", "response"]) {
    ajv.addSchema({ components: { schemas: prepared(schemas, direction) } }, `contract-${at}-${direction}`);
  }
  ajv.addSchema({ definitions: everywhere(typescript.definitions) }, `typescript-${at}`);
});
const validators = new Map();
function validator(id) {
  if (!validators.has(id)) validators.set(id, ajv.getSchema(id));
  return validators.get(id);
}
const answers = lines.map((line) => {
  const { at, direction, schema, type, text } = JSON.parse(line);
  const value = JSON.parse(text);
  return JSON.stringify({
    contract: validator(`contract-${at}-${direction}#/components/schemas/${schema}`)(value),
    typescript: validator(`typescript-${at}#/definitions/${type}`)(value),
    back: JSON.stringify(value),
  });
});
process.stdout.write(answers.join("\n"));
