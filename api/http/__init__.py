"""The HTTP edge: GraphQL over HTTP, WebSocket and Server-Sent Events."""
