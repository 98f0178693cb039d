"""The audiogram: thresholds of a model's hearing, measured as those of people are."""
