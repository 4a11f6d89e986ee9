"""Files and folders come into the knowledge base."""
