"""Seal cameras into an immutable, dated release, and read it back."""
