// Apollo's automatic persisted queries: the hash alone, then with the document, from then on by GET.
import { createHash } from "node:crypto";
import { ApolloClient, HttpLink, InMemoryCache, gql } from "@apollo/client/core";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import assert from "node:assert/strict";
import { ARTICLES, checkArticles, url } from "./expectations.mjs";

const seen = [];
const watched = async (uri, options) => {
  seen.push(`${options.method} ${String(options.body ?? uri).includes("totalCount")}`);
  return await fetch(uri, options);
};
const sha256 = (document) => createHash("sha256").update(document).digest("hex");
const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
for (let n = 0; n < 2; n++) {
  const client = new ApolloClient({
    link: link.concat(new HttpLink({ uri: url, fetch: watched })),
    cache: new InMemoryCache(),
  });
  checkArticles((await client.query({ query: gql(ARTICLES), variables: { first: 5 } })).data);
}
assert.deepEqual(seen, ["GET false", "POST true", "GET false"]);
