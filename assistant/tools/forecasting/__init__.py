"""Numeric engine of the financing forecast: pure functions over arrays, no torch, no database."""
