"""Safety before any score, then options with forecasts, compared on one scale."""
