"""Asking publishers for their data sets, as their protocols have it, within bounds."""
