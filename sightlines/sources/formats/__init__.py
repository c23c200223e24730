"""One parser a format: from bytes to a `Table`; none of them knows what a column means."""
