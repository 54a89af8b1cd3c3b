import { graphql } from "relay-runtime";

export const query = graphql`
  query EntityListQuery($count: Int!, $cursor: String, $id: ID!) {
    ...EntityList_entities @arguments(count: $count, cursor: $cursor)
    node(id: $id) {
      ...EntityList_entity @alias(as: "entity")
    }
  }
`;

export const list = graphql`
  fragment EntityList_entities on Query
  @argumentDefinitions(count: { type: "Int!" }, cursor: { type: "String" })
  @refetchable(queryName: "EntityListPaginationQuery") {
    entities(first: $count, after: $cursor) @connection(key: "EntityList_entities") {
      edges {
        node {
          id
          name
          ... on Place {
            countryCode
          }
        }
      }
    }
  }
`;

export const entity = graphql`
  fragment EntityList_entity on Entity
  @argumentDefinitions(first: { type: "Int", defaultValue: 10 }, after: { type: "String" })
  @refetchable(queryName: "EntityListEntityQuery") {
    id
    events(first: $first, after: $after) @connection(key: "EntityList_entity_events") {
      edges {
        node {
          id
          title
        }
      }
    }
  }
`;

export const removal = graphql`
  mutation EntityListRemoveMutation($input: RemoveArticlesInput!, $connections: [ID!]!) {
    removeArticles(input: $input) {
      removedIds @deleteEdge(connections: $connections)
      userErrors {
        message
        code
        path
      }
    }
  }
`;
