"""Dated, versioned rule sets and the pure functions that apply them."""
