import assert from "node:assert/strict";
import { ClientError, GraphQLClient } from "graphql-request";
import { ARTICLES, ASK, BAD_CURSOR, MISTAKE, QUESTION, checkAnswer, checkArticles, checkCode, url } from "./expectations.mjs";

for (const method of ["POST", "GET"]) {
  const client = new GraphQLClient(url, { method });
  checkArticles(await client.request(ARTICLES, { first: 5 }));
  checkAnswer(await client.request(ASK, { question: QUESTION }));
  for (const [query, code] of [[MISTAKE, "GRAPHQL_VALIDATION_FAILED"], [BAD_CURSOR, "BAD_USER_INPUT"]]) {
    const error = await client.request(query).then(() => assert.fail("no error"), (reason) => reason);
    assert.ok(error instanceof ClientError, String(error));
    checkCode(error.response.errors, code);
  }
}
