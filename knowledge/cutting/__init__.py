"""A text becomes passages."""
