// graphql-sse in its "distinct connections" mode: subscriptions, errors and queries as Server-Sent Events.
import assert from "node:assert/strict";
import { createClient } from "graphql-sse";
import { ASK_STEPS, MISTAKE, QUESTION, checkSteps, collect, url } from "./expectations.mjs";

const client = createClient({ url, singleConnection: false, retryAttempts: 0 });
checkSteps(await collect(client.iterate({ query: ASK_STEPS, variables: { question: QUESTION } })));
const [counted] = await collect(client.iterate({ query: "{ corpus { articleCount } }" }));
assert.equal(counted.data.corpus.articleCount, 1);
const [mistake] = await collect(client.iterate({ query: MISTAKE }));
assert.equal(mistake.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
client.dispose();
