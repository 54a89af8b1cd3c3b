"""The catalog in a relational database."""
