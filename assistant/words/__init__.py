"""What people write as values and names: numbers, days, identifiers, mentions, terms."""
