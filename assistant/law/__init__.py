"""Which version of a text ruled on a day, and what an answer must say of it."""
