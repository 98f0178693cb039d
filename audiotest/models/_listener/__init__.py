"""The listener's ears: what it can measure in a sound, and how a measurement answers a question."""
