"""What an answer may rest on: passages, their sentences and facts, and what the span reader finds in them."""
