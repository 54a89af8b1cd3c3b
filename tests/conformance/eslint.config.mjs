// The rules that the schema and the example operations keep. Left out of graphql-eslint's sets, with the reason:
// alphabetize (order carries meaning here), require-deprecation-date (nothing is deprecated), relay-edge-types and
// require-nullable-fields-with-oneof / require-nullable-result-in-root (a root field that cannot fail is non-null),
// strict-id-in-types (only what has a global id is a Node), no-root-type (there are mutations and subscriptions).
import graphql from "@graphql-eslint/eslint-plugin";

const schema = "schema.graphql";
const operations = "operations/*.graphql";
const languageOptions = { parser: graphql.parser, parserOptions: { graphQLConfig: { schema, documents: operations } } };
const on = (names) => Object.fromEntries(names.map((name) => [`@graphql-eslint/${name}`, "error"]));

export default [
  { ignores: ["generated/"] },
  {
    files: [schema],
    plugins: { "@graphql-eslint": graphql },
    languageOptions,
    rules: {
      ...on([
        "known-argument-names", "known-directives", "known-type-names", "lone-schema-definition",
        "possible-type-extension", "provided-required-arguments", "unique-directive-names",
        "unique-directive-names-per-location", "unique-enum-value-names", "unique-field-definition-names",
        "unique-operation-types", "unique-type-names", "no-hashtag-description", "no-typename-prefix",
        "no-unreachable-types", "require-deprecation-reason", "relay-connection-types", "relay-page-info",
      ]),
      "@graphql-eslint/description-style": ["error", { style: "block" }],
      "@graphql-eslint/input-name": ["error", { checkInputType: true, caseSensitiveInputType: false }],
      "@graphql-eslint/relay-arguments": ["error", { includeBoth: false }],
      "@graphql-eslint/require-description": ["error", {
        types: true, EnumValueDefinition: true, FieldDefinition: true,
        InputValueDefinition: true,
      }],
      "@graphql-eslint/naming-convention": ["error", {
        types: "PascalCase", FieldDefinition: "camelCase", InputValueDefinition: "camelCase", Argument: "camelCase",
        DirectiveDefinition: "camelCase", EnumValueDefinition: "UPPER_CASE", allowLeadingUnderscore: false,
        "FieldDefinition[parent.name.value=Query]": { forbiddenPrefixes: ["get", "query"], forbiddenSuffixes: ["Query"] },
        "FieldDefinition[parent.name.value=Mutation]": { forbiddenPrefixes: ["mutation"], forbiddenSuffixes: ["Mutation"] },
      }],
    },
  },
  {
    files: [operations],
    plugins: { "@graphql-eslint": graphql },
    languageOptions,
    rules: {
      ...on([
        "executable-definitions", "fields-on-correct-type", "fragments-on-composite-type", "known-argument-names",
        "known-directives", "known-fragment-names", "known-type-names", "lone-anonymous-operation",
        "no-anonymous-operations", "no-deprecated", "no-duplicate-fields", "no-fragment-cycles",
        "no-undefined-variables", "no-unused-fragments", "no-unused-variables", "one-field-subscriptions",
        "overlapping-fields-can-be-merged", "possible-fragment-spread", "provided-required-arguments", "scalar-leafs",
        "unique-argument-names", "unique-directive-names-per-location", "unique-fragment-name",
        "unique-input-field-names", "unique-operation-name", "unique-variable-names", "value-literals-of-correct-type",
        "variables-are-input-types", "variables-in-allowed-position",
      ]),
      "@graphql-eslint/selection-set-depth": ["error", { maxDepth: 12 }],
      "@graphql-eslint/naming-convention": ["error", {
        VariableDefinition: "camelCase", OperationDefinition: "PascalCase", FragmentDefinition: "PascalCase",
      }],
    },
  },
];
