"""Biology: pure functions of arrays and scalars, no files, no clinical vocabulary."""
