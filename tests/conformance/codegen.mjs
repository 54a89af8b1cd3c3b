// graphql-codegen's client preset: types and typed documents for operations/, written to the folder that is given.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { generate } from "@graphql-codegen/cli";

const [schema, output] = process.argv.slice(2);
await generate(
  {
    schema,
    documents: new URL("operations/*.graphql", import.meta.url).pathname,
    silent: true,
    generates: {
      [`${output}/`]: {
        preset: "client",
        presetConfig: { persistedDocuments: { hashAlgorithm: "sha256" } },
        config: { strictScalars: true, scalars: { DateTime: "string", URI: "string" } },
      },
    },
  },
  true,
);
assert.match(readFileSync(`${output}/graphql.ts`, "utf8"), /AnswerQueryVariables/);
assert.ok(Object.keys(JSON.parse(readFileSync(`${output}/persisted-documents.json`, "utf8"))).length >= 5);
