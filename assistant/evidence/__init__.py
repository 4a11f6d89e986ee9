"""Numbered evidence: cited, quoted, and what a sentence is verified against."""
