"""Dated versions of formulas: each one a pure function beside the head of the rule it was read from."""
