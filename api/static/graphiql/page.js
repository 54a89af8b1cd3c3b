"use strict";
const root = document.getElementById("graphiql");
const { query, nonce } = root.dataset;
window.__webpack_nonce__ = nonce;
const fetcher = GraphiQL.createFetcher({ url: "/graphql", enableIncrementalDelivery: false });
ReactDOM.createRoot(root).render(
  React.createElement(GraphiQL, { fetcher, defaultQuery: query, defaultEditorToolsVisibility: false }),
);
