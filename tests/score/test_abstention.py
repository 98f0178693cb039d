"""Words of declining, and words that only look like them."""

import pytest

from audiotest.score.answer_extraction.abstention import abstains, is_abstaining_option, rejects
from audiotest.score.choice import read

DECLINES = [
    "I cannot hear any audio.", "I'm sorry, but I can't listen to audio files.", "As an AI language model, I cannot process sound.", "No audio was provided.", "Please provide the audio clip.",
    "The recording is silent.", "I hear nothing.", "I don't know.", "There is no sound in the clip.", "It is impossible to tell.", "I am unable to access the recording.", "抱歉，我无法听到音频。", "無音です。聞こえません。",
    "Je ne peux pas entendre l'audio.", "Ich kann das leider nicht hören.", "Lo siento, no puedo escuchar el audio.", "Não consigo ouvir o áudio.", "죄송합니다. 들을 수 없습니다.", "Silence.", "Not sure.", "As an AI, I do not have access to the file.",
]  # fmt: skip
ANSWERS = [
    "At first there is silence, then a bell rings.", "After a moment of silence a horn is blown.", 'The speaker says: "I am sorry, I cannot come."', "She says 'I don't know' and leaves.", "A bell rings.", "The bell is followed by silence.",
    "There is silence between the two bells.", "As an AI language model, I don't have emotions.", "The audio begins with silence and a bell.",
]  # fmt: skip


@pytest.mark.parametrize("output", DECLINES)
def test_declining(output):
    assert abstains(output)
    assert read(("a bell", "a horn"), output).status == "refused"


@pytest.mark.parametrize("output", ANSWERS)
def test_no_declining(output):
    assert abstains(output) is None


@pytest.mark.parametrize("text", ["None of the above", "Cannot be determined", "Silence", "unknown", "以上都不是"])
def test_options_that_stand_for_no_answer(text):
    assert is_abstaining_option(text)
    assert not is_abstaining_option(f"a bell, {text}")


def test_rejecting_all_options():
    assert rejects("None of the options is right.")
    assert not rejects("The bell is right.")
