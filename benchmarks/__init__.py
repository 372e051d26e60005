"""How fast the model runs beside other ways to run it: `python -m benchmarks` (see README.md)."""
