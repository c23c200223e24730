"""Decide which observations are one camera; pure, no I/O."""
