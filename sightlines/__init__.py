"""Sightlines: a public map of surveillance cameras that anyone can run, check and quote."""

__version__ = "0.1.0"
