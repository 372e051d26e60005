"""Answers to questions in plain words from the evidence base alone: graded, cited, or refused."""
