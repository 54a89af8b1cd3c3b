"""Understanding a question: its form, the type of its answer, its names, dates and terms."""
