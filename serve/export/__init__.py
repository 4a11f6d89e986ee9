"""Answers and conversations as documents to keep."""
