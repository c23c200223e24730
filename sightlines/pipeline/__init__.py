"""Import and publish: the only writer that knows several stages."""
