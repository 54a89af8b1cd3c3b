"""From files to articles cut into blocks and passages."""
