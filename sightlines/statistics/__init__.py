"""Measures of the recorded cameras: how many, on how much ground, for how many people.

Everything here is pure: arrays and tables in, arrays and tables out. Reading snapshots is left to
`sightlines.snapshot`, showing figures to `sightlines.web`.
"""
