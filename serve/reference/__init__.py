"""The reference of the HTTP API: an OpenAPI document and the page that shows it."""
