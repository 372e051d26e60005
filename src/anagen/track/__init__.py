"""Visits of a person over time, kept on this machine, and the forecast that learns from them."""
