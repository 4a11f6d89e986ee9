"""The start of a server: parts built, content filled in, demo credentials."""
