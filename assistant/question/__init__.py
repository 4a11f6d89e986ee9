"""One reading of the question: what is asked, of whom, and what policy says to it."""
