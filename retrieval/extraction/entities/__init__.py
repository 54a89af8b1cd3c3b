"""Names, what they name, and the roles that articles give to people."""
