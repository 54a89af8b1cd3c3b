import assert from "node:assert/strict";
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { ARTICLES, ASK, BAD_CURSOR, MISTAKE, QUESTION, checkAnswer, checkArticles, checkCode, url } from "./expectations.mjs";

for (const useGETForQueries of [false, true]) {
  const client = new ApolloClient({ link: new HttpLink({ uri: url, useGETForQueries }), cache: new InMemoryCache() });
  const run = async (query, variables) => await client.query({ query: gql(query), variables });

  checkArticles((await run(ARTICLES, { first: 5 })).data);
  checkAnswer((await run(ASK, { question: QUESTION })).data);
  for (const [query, code] of [[MISTAKE, "GRAPHQL_VALIDATION_FAILED"], [BAD_CURSOR, "BAD_USER_INPUT"]]) {
    const error = await run(query).then(() => assert.fail("no error"), (reason) => reason);
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    checkCode(error.errors, code);
  }
}
