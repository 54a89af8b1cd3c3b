"""The parser, what is read off its trees, and parses that are stored."""
