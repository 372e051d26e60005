"""Why is this person losing hair: causes and mixtures, red flags, the next best test."""
