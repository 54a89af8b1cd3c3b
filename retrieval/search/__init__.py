"""Understanding queries and questions, and finding passages for them."""
