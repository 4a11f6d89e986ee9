"""The reader of questions: what it is trained on and how."""
