"use strict";
const root = document.getElementById("graphiql");
const { tabs, nonce } = root.dataset;
window.__webpack_nonce__ = nonce;
const subscriptionUrl = new URL("/graphql", location.href.replace(/^http/, "ws")).href;
const fetcher = GraphiQL.createFetcher({ url: "/graphql", subscriptionUrl, enableIncrementalDelivery: false });
ReactDOM.createRoot(root).render(
  React.createElement(GraphiQL, { fetcher, defaultTabs: JSON.parse(tabs), defaultEditorToolsVisibility: false }),
);
