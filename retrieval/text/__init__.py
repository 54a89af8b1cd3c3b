"""Words, stems, numbers and identifiers: what every layer above compares texts by."""
