"""What the columns of a table mean: positions, attributes, and the mapping that says so."""
