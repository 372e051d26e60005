"""Anagen: a mechanistic, evidence-calibrated simulator of human scalp hair."""

__version__ = "0.3.0"
