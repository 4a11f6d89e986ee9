"""The routes of the API beside chat."""
