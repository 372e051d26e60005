"""Published and planned trials as data, and what the model predicts for them."""
