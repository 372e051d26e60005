"""From follicles to what is measured: scores, counts, shedding, laboratory, noise."""
