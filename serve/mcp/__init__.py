"""The tool catalogue over the Model Context Protocol."""
