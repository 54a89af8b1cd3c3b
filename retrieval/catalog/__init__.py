"""The catalog: the truth about every article and its facts, in a relational database."""
