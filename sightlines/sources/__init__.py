"""Read anything into observations: one module a format, and the normaliser they share."""
