"""A suite as a person hears it: its cases with their sounds and prompts, before any model is asked."""
