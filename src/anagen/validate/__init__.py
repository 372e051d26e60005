"""Predicted against published: facts the model must reproduce, every miss printed."""
