"""What is raised for sound that cannot be used."""

from __future__ import annotations

from audiotest.errors import AudiotestError


class AudioError(AudiotestError, ValueError):
    """Sound that cannot be used; says which file, what is wrong with it, and what to do."""
