"""A file becomes blocks of text and tables."""
