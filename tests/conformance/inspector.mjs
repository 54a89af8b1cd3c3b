// graphql-inspector: the checked-in schema is valid, equals the served one, and its documents fit it. Given a second
// file (an older schema), no change since then may break a client.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { CriticalityLevel, diff, validate } from "@graphql-inspector/core";
import { Source, buildClientSchema, buildSchema, getIntrospectionQuery, printSchema } from "graphql";

const [file, older] = process.argv.slice(2);
const schema = buildSchema(readFileSync(file, "utf8"));
const headers = { "content-type": "application/json" };
const body = JSON.stringify({ query: getIntrospectionQuery({ specifiedByUrl: true, oneOf: true }) });
const response = await (await fetch(process.env.DATELINE_URL, { method: "POST", headers, body })).json();
const served = buildSchema(printSchema(buildClientSchema(response.data)));
assert.deepEqual((await diff(schema, served)).map((change) => change.message), []);

const folder = new URL("operations/", import.meta.url);
const sources = readdirSync(folder).map((name) => new Source(readFileSync(new URL(name, folder), "utf8"), name));
assert.deepEqual(validate(schema, sources).map(({ source, errors }) => `${source.name}: ${errors}`), []);

if (older) {
  const changes = await diff(buildSchema(readFileSync(older, "utf8")), schema);
  const breaking = changes.filter((change) => change.criticality.level === CriticalityLevel.Breaking);
  assert.deepEqual(breaking.map((change) => change.message), []);
}
