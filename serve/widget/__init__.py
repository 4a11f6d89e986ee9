"""The widget: what an enterprise sees on a web page, and the routes that hand it out."""
