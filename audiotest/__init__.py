"""audiotest: declare what an audio-language model should hear; pytest tells whether it listened."""

__version__ = "0.1.0"
