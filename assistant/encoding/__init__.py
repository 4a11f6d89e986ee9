"""Texts as features and vectors, for retrieval and for reading questions."""
