"""From a question to the calls that answer it."""
