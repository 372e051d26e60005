"""Loads `anagen/data` into frozen records. No mathematics, no heavy imports."""
