"""The object types of the schema, in modules that find each other by name (`schema.node_registry`)."""
