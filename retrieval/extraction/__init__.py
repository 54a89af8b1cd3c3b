"""From text to facts: entities, times, claims and events, each with the characters that show it."""
