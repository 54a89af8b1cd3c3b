// graphql-ws: subscriptions, errors and queries over WebSocket.
import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ASK_STEPS, MISTAKE, QUESTION, checkSteps, collect, url } from "./expectations.mjs";

const client = createClient({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, retryAttempts: 0 });
checkSteps(await collect(client.iterate({ query: ASK_STEPS, variables: { question: QUESTION } })));
const [counted] = await collect(client.iterate({ query: "{ corpus { articleCount } }" }));
assert.equal(counted.data.corpus.articleCount, 1);
const errors = await collect(client.iterate({ query: MISTAKE })).then(() => assert.fail("no error"), (reason) => reason);
assert.equal(errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");

// One that is left behind ends, and others go on.
const left = client.iterate({ query: "subscription { articleIngested { id } }" });
const waiting = left.next();
await left.return();
await waiting;
checkSteps(await collect(client.iterate({ query: ASK_STEPS, variables: { question: QUESTION } })));
await client.dispose();
