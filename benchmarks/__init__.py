"""Measurements, run by `bin/bench`. Nothing here is imported by the site."""
