"""Turns data rows and a person into arrays, and runs the model on them."""
