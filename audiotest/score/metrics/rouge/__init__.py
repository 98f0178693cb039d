"""ROUGE as a metric of ``evaluate``."""
