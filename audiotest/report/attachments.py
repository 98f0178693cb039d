"""The sound of a trial for reporters that take attachments: Allure, where ``--alluredir`` is given."""

from __future__ import annotations

from typing import Any

from audiotest.audio.errors import AudioError
from audiotest.declare.trial import Trial
from audiotest.types import Needs, NotApplicable


def attach_sounds(config: Any, trial: Trial, seed: int) -> None:
    """Attach what a model is given to hear, a WAV file a clip, to the test that is running. Nothing without Allure's
    plugin, and for a trial without sound; a sound that cannot be made has cost its trial the reply already."""
    if not config.pluginmanager.has_plugin("allure_listener") or not trial.case.clips:
        return
    import allure

    from audiotest.audio.decode import wav_bytes
    from audiotest.declare.trial import present
    from audiotest.models.protocol import Unsupported
    from audiotest.predict.sound import Sounds

    try:
        view = present(trial, seed)
        sounds = Sounds(Needs(), seed).waveforms(trial, view.clips) if view.audio else ()
    except (AudioError, NotApplicable, Unsupported, OSError, ValueError):
        return
    for number, sound in enumerate(sounds, 1):
        name = f"sound {number} ({sound.seconds:.1f} s)"
        allure.attach(wav_bytes(sound), name=name, attachment_type="audio/wav", extension="wav")
