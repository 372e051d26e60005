"""A head seen from above: every follicle's hair as a stroke, panels and movies of it."""
