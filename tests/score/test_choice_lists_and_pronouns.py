"""Options named by a part, by a pronoun or in another order; denials in Japanese, Korean and Chinese. Counter-probes beside them."""

import pytest

from audiotest.score.choice import read

SOUNDS = ("a bird singing", "a dog barking", "a car horn honking", "a church bell ringing")
SCENES = ("Preparing for a speech", "Having a casual gathering", "Doing a workout session")
PLAYED = ("acoustic guitar", "electric guitar", "grand piano", "snare drum")
MOODS = ("happy", "very sad", "quite angry")
VOICES = ("a man speaking", "a woman speaking", "a child laughing")

REJECTED_LISTS = [
    (SOUNDS, "It is a dog barking, not a bird, a horn or a bell.", 1), (SOUNDS, "A dog barking, rather than a horn honking or a bell.", 1), (SOUNDS, "It isn't the horn or the bell; it is a bird singing.", 0),
    (PLAYED, "The instrument is an electric guitar rather than a piano or a snare drum", 1), (PLAYED, "I hear an acoustic guitar, not an electric one or a piano.", 0), (PLAYED, "Excluding the piano and the drum, the acoustic guitar remains.", 0),
    (PLAYED, "The electric guitar, the drum or the piano can be excluded; it is acoustic guitar.", 0), (MOODS, "It is happy rather than sad or quite angry.", 0), (SCENES, "They are doing a workout session rather than a speech or a casual gathering.", 2),
    (SOUNDS, "dog, not bird", 1), (SOUNDS, "a dog, not a bird or a bell", 1), (SOUNDS, "a horn honking, not a dog barking or a bird", 2), (SCENES, "This is a workout session, not a speech.", 2), (MOODS, "sad, not happy", 1), (MOODS, "angry instead of happy", 2), (VOICES, "woman, not man", 1),
    (SOUNDS, "Not a bird, a dog barking.", 1), (SOUNDS, "It's not a bird, a dog barking is what I hear", 1), (SOUNDS, "I hear a dog barking and a bell is not heard.", 1), (SOUNDS, "It is neither a bird nor a horn: a dog barking.", 1),
    # no credit
    (SCENES, "Having a casual gathering or a speech would be wrong.", None), (SOUNDS, "A dog barking or a bell would be wrong.", None), (SOUNDS, "Eliminated: a bird, a dog barking", None), (SOUNDS, "Rejected: bird singing, dog, horn", None),
    (SOUNDS, "Incorrect: a bird singing, the dog.", None), (SOUNDS, "I exclude a bird singing, a dog barking and the horn.", None), (PLAYED, "not a piano or a snare drum", None), (PLAYED, "It cannot be a piano, a snare or an electric guitar.", None),
    (PLAYED, "Piano, drum and electric guitar are ruled out.", None), (PLAYED, "The electric guitar, the piano and the drum are ruled out.", None), (PLAYED, "Excluded: piano, drum, electric guitar.", None), (PLAYED, "This is unlike a piano or an acoustic guitar.", None),
    (VOICES, "Not the man or the woman speaking.", None), (VOICES, "Neither the man nor the child laughing", None), (SCENES, "no speech or workout", None), (SOUNDS, "no bird, no dog", None), (SOUNDS, "There is a bell, not a dog barking.", None),
    (SOUNDS, "a car horn honking or a dog", None), (SOUNDS, "a bird or a dog barking", None), (PLAYED, "The electric guitar or the piano is possible.", None), (SOUNDS, "bird, dog", None), (SOUNDS, "you", None),
]  # fmt: skip

HAI, YES, NE, SHI, YOU = ("はい", "いいえ"), ("Yes", "No"), ("네", "아니요"), ("是", "否"), ("有", "没有")
BELL, PIANO, PIANO_KO = ("ベル", "太鼓"), ("钢琴", "小提琴"), ("피아노", "바이올린")

DENIALS = [
    (HAI, "いいえ、聞こえません", 1), (YES, "いいえ、聞こえません。", 1), (YES, "いいえ、犬の声は聞こえません。", 1), (HAI, "いえ、聞こえません。", 1), (HAI, "聞こえません。", 1), (HAI, "犬の鳴き声は聞き取れません。", 1), (YES, "いいえ、聴こえません", 1), (YES, "犬の声は聞こえませんでした。", 1), (HAI, "はい、犬の声が聞こえます。", 0),
    (YES, "아니요, 들리지 않습니다.", 1), (YES, "아니오, 개 소리가 들리지 않습니다.", 1), (NE, "들리지 않습니다.", 1), (NE, "아뇨, 안 들려요.", 1), (YES, "개 소리를 들을 수 없습니다.", 1), (YES, "개 짖는 소리는 들리지 않아요.", 1), (NE, "네, 들립니다.", 0),
    (SHI, "不，听不到。", 1), (YES, "不，听不到狗叫。", 1), (YES, "没有，听不到。", 1), (YES, "没有听到狗叫声。", 1), (YES, "听不见。", 1), (YES, "不，没有听见钢琴。", 1), (YOU, "没听见。", 1), (SHI, "不，未听到。", 1), (YES, "是的，可以听到狗叫。", 0),
    (PIANO, "没有听到钢琴，是小提琴", 1), (BELL, "太鼓は聞こえません。ベルです。", 0), (PIANO_KO, "피아노는 들리지 않고 바이올린입니다.", 1),
    # the recording itself is not heard, an apology, or nothing is left
    (HAI, "いいえ、音声が聞こえません。", None), (YES, "いいえ、何も聞こえません。", None), (HAI, "申し訳ありませんが、聞こえません。", None), (HAI, "聞こえません。わかりません。", None), (HAI, "はい、聞こえません", None), (BELL, "聞こえません", None), (BELL, "太鼓は聞こえません", None),
    (NE, "오디오가 들리지 않습니다.", None), (YES, "아니요, 아무 소리도 들리지 않습니다.", None), (NE, "죄송합니다. 들을 수 없습니다.", None), (NE, "죄송하지만 오디오를 들을 수 없습니다.", None), (PIANO_KO, "피아노는 들리지 않습니다.", None),
    (YES, "没有听到任何声音。", None), (YES, "抱歉，但听不到音频。", None), (SHI, "抱歉，我听不到音频。", None), (YES, "无法判断。", None), (PIANO, "没有听到钢琴", None), (PIANO, "没有听到钢琴或小提琴", None),
    (YES, "I cannot hear any audio.", None), (YES, "No, I cannot hear a dog.", 1),
]  # fmt: skip

PEOPLE = ("A woman is sweeping", "A man is cooking", "A child is singing")
BOTH = ("A woman is sweeping", "A man is sweeping")
ANGRY = ("The woman is angry", "The man is angry", "The man is sad")
ROLES = ("The mother is scolding the child", "The father is reading a book", "The teacher is laughing")
DOORS = ("The boy opens the door", "The girl opens the window")

PRONOUNS = [
    (PEOPLE, "She is sweeping", 0), (PEOPLE, "He is cooking.", 1), (PEOPLE, "She's sweeping the floor.", 0), (PEOPLE, "It sounds like she is sweeping.", 0), (PEOPLE, "Someone is sweeping.", 0), (PEOPLE, "They are singing.", 2), (PEOPLE, "A man is talking while she is sweeping", 0),
    (BOTH, "She is sweeping.", 0), (BOTH, "He is sweeping.", 1), (ANGRY, "He is angry.", 1), (ANGRY, "She is angry", 0), (ROLES, "She is scolding the child.", 0), (ROLES, "He is reading a book.", 1), (ROLES, "She is laughing.", 2), (DOORS, "He opens the door", 0),
    (("The speaker is happy", "The speaker is sad"), "He is happy.", 0), (("A dog is barking", "A cat is meowing"), "It is barking.", 0),
    # no credit: nobody, or more than one, fits
    (PEOPLE, "He is sweeping.", None), (PEOPLE, "She is cooking.", None), (PEOPLE, "She is not sweeping.", None), (BOTH, "Someone is sweeping.", None), (BOTH, "They are sweeping.", None), (ANGRY, "She is sad", None), (DOORS, "She opens the door", None),
    (("A woman is sweeping", "A girl is sweeping", "A man is cooking"), "She is sweeping.", None), (("A dog is barking", "A cat is meowing"), "She is barking", None), (("A man and a woman are singing", "A child is singing"), "She is singing", 1),
]  # fmt: skip

NAMED = ("perfect fifth", "major third", "minor third", "perfect fourth", "octave")
FIGURES = ("Perfect 5th", "Major 3rd", "Minor 3rd")
SECONDS = ("Major second", "Minor second", "Major seventh")
TURNED = ("fifth, perfect", "third, major")

INTERVALS = [
    (NAMED, "fifth, perfect", 0), (NAMED, "third (minor)", 2), (NAMED, "third, major", 1), (NAMED, "a fourth, perfect", 3), (NAMED, "perfect 5th", 0), (NAMED, "5th, perfect", 0), (NAMED, "P5", 0), (NAMED, "M3", 1), (NAMED, "m3", 2), (NAMED, "the fifth is perfect", 0),
    (NAMED, "The interval is a fifth (perfect).", 0), (NAMED, "It is a third, namely a minor third", 2), (FIGURES, "fifth, perfect", 0), (FIGURES, "third, minor", 2), (FIGURES, "minor 3rd", 2), (TURNED, "perfect fifth", 0), (TURNED, "It is a major third.", 1),
    (SECONDS, "second, minor", 1), (SECONDS, "the second is minor", 1), (("Augmented fourth", "Diminished fifth", "Perfect fifth"), "fifth, diminished", 1), (NAMED, "fifth", 0),
    # no credit
    (NAMED, "third", None), (SECONDS, "second", None), (NAMED, "fifth, diminished", None), (NAMED, "diminished fifth", None), (NAMED, "augmented fourth", None), (NAMED, "perfect", None), (NAMED, "not a fifth, perfect", None), (NAMED, "M6", None), (NAMED, "third, minor scale", None), (NAMED, "a sixth, major third", 1),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "reply", "index"), REJECTED_LISTS)
def test_a_rejected_list_that_names_options_by_a_part(choices, reply, index):
    assert read(choices, reply).index == index


@pytest.mark.parametrize(("choices", "reply", "index"), DENIALS)
def test_what_is_not_heard_is_a_no_unless_it_is_the_recording(choices, reply, index):
    assert read(choices, reply).index == index


@pytest.mark.parametrize(("choices", "reply", "index"), PRONOUNS)
def test_a_pronoun_stands_for_whom_one_option_speaks_of(choices, reply, index):
    assert read(choices, reply).index == index


@pytest.mark.parametrize(("choices", "reply", "index"), INTERVALS)
def test_an_interval_is_a_size_and_a_quality_in_either_order(choices, reply, index):
    assert read(choices, reply).index == index


FEEL = ("neutral", "happy", "sad", "angry")
COUNTS = ("seven", "ten", "five", "eleven")
SEX = ("Man", "Woman")
PAIRS = ("told,ships", "that's, a", "film,visually", "hold,college")
AED = ("Heart monitor", "Automated External Defibrillator (AED)", "Oxygen ventilator")
STAGES = ("In the classroom", "In the library", "Concert stage")
WORDS = '1. "a" (unstressed)\n2. "word" (stressed)\n3. "a" (unstressed)\n' * 8

SEEN = [
    (FEEL, "I would categorize the emotion as:\n\n* Neutral: they do not seem sad, and the tone is not happy.", "", 0), (FEEL, "4. \"Love you.\"\n\nI would categorize it as:\n\n**Sad**\n\nThe tone is flat and neutral.", "", 2),
    (SEX, "The options are:\n\n* Man\n* Woman\n\nThe correct answer is:\n\n* Man\n\nA woman sounds higher.", "", 0), (PAIRS, 'The options:\n\n1. "told, ships"\n2. "that\'s, a"\n3. "film, visually"\n\nTherefore, the correct answer is:\n\n3. "film, visually"\n\nThe vowel differs.', "", 2),
    (PAIRS, 'The correct answer is:\n\n2. "film, visually"', "", None),
    (COUNTS, '{"count": 5}', "", 2), (COUNTS, '{"count": 6}', "", None), (COUNTS, '{\n"count": "10"', "", 1), (COUNTS, f"<<seven>>\n\nThe words:\n\n{WORDS}", "", 0), (COUNTS, f"The words:\n\n{WORDS}There are nine words.", "", None),
    (COUNTS, "There appear to be eleven of them.", "", 3), (SEX, 'A woman can be a judge. Hence I would answer: "Undetermined".', "", None), (SEX, "The correct answer is: Unknown.", "", None), (SEX, "The gender cannot be determined at first, but the answer is: Man.", "", 0),
    (PAIRS, 'The \'s\' has a soft \'d\' sound. So the correct answer is "that\'s, that".', "", None), (PAIRS, 'The answer is "d".', "", 3), (AED, "This is clearly an automated external defibrillator.", "", 1), (("Guitar (acoustic)", "Guitar (electric)"), "a guitar", "", None),
    (STAGES, "There are no markers that point strongly toward the concert stage.", "", None), (STAGES, "Everything points to the concert stage.", "", 2), (STAGES, "In the library would be quiet, in the classroom fits perfectly.", "", 0),
    (FEEL, "THE LAST STATEMENT IS LOUD.", "How does the last statement sound?", None), (FEEL, "The last option is right.", "How does the last statement sound?", 3), (("x", "y"), 'THE SPEAKER SAYS "BETTER TO HAVE A" AND "A MAGICAL NIGHT" IN ONE LONG BREATH, AND NO MORE.', "", None), (("x", "y"), "THE ANSWER IS A", "", 0),
    (FEEL, "* Neutral: 0% (not neutral)\n* Happy: 80% (the tone is happy)\n* Sad: 0% (no sadness)\n* Angry: 20% (a hint of anger)", "", 1), (("Bells", "Rain"), "I don't hear anything suggesting rain. 'Bells' fits perfectly because of the ring.", "", 0),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "reply", "question", "index"), SEEN)
def test_kinds_that_real_replies_showed(choices, reply, question, index):
    assert read(choices, reply, question=question).index == index
