import assert from "node:assert/strict";
import { Client, cacheExchange, fetchExchange } from "@urql/core";
import { ARTICLES, ASK, BAD_CURSOR, MISTAKE, QUESTION, checkAnswer, checkArticles, checkCode, url } from "./expectations.mjs";

for (const preferGetMethod of [false, true]) {
  const client = new Client({ url, exchanges: [cacheExchange, fetchExchange], preferGetMethod });
  const run = async (query, variables = {}) => await client.query(query, variables).toPromise();

  const articles = await run(ARTICLES, { first: 5 });
  assert.equal(articles.error, undefined);
  checkArticles(articles.data);
  const answer = await run(ASK, { question: QUESTION });
  assert.equal(answer.error, undefined);
  checkAnswer(answer.data);
  checkCode((await run(MISTAKE)).error.graphQLErrors, "GRAPHQL_VALIDATION_FAILED");
  const partial = await run(BAD_CURSOR);
  checkCode(partial.error.graphQLErrors, "BAD_USER_INPUT");
}
