"""Numbers, times, ranges, ordinals, units, keys and notes in replies to multiple-choice questions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiotest.score.choice import read

COUNTS = ("2", "3", "4", "5")
WORDS = ("zero", "fifteen", "ten", "fourteen")
LARGE = ("10", "20", "100", "120")
TEMPI = ("120.0 beats per minute", "57.0 beats per minute", "90.0 beats per minute")
CLOCK = ("0:15", "0:30", "1:15", "1:30")
SECONDS = ("1.55 seconds", "1.56 seconds", "2.00 seconds")
MONEY = ("$5", "$10", "$15")
AGES = ("20-30", "30-40", "40-50", "50-60")
PLACES = ("1st", "2nd", "3rd", "4th")
TIMES = ("Third time", "All three the same", "Second time", "First time")
SPEAKERS = ("Speaker 1", "Speaker 2", "Speaker 3")
KEYS = ("C major", "G major", "D minor", "A minor")
SHARP = ("F# minor", "F minor", "Bb major", "B major")
OPEN = ("under 20", "20 to 40", "over 40")
HZ = ("440 Hz", "880 Hz", "1 kHz")
INSTRUMENTS = ("a piano", "a guitar", "a violin", "a drum")

ROWS = [
    # counts in sentences
    (COUNTS, "The owl hoots 4 times.", 2), (COUNTS, "The owl hoots four times.", 2), (COUNTS, "It rings twice.", 0), (COUNTS, "There are three knocks.", 1),
    (COUNTS, "I count 2 men and 2 women, so 4 in total.", 2), (COUNTS, "I hear one man and two women, which makes three speakers in total.", 1),
    (COUNTS, "2 + 1 = 3", 1), (COUNTS, "At least 4", 2), (COUNTS, "About five.", 3), (COUNTS, "exactly 3 people speak", 1), (COUNTS, "Five different birds can be heard.", 3),
    (COUNTS, "The total number of claps is 4.", 2), (COUNTS, "The bell rings 3 times within 5 seconds.", 1), (COUNTS, "It's 3.", 1), (COUNTS, "Answer: three", 1),
    (COUNTS, "3 beeps", 1), (COUNTS, "Three beeps are heard.", 1), (COUNTS, "The number is two.", 0), (COUNTS, "2 or 3", None), (COUNTS, "either two or three", None),
    (COUNTS, "Between 2 and 3", None), (COUNTS, "Speaker 3 talks at 2 o'clock.", None), (COUNTS, "More than 2", None), (COUNTS, "not 3 but 4", 2), (COUNTS, "三次", 1),
    (COUNTS, "有三个人", 1), (COUNTS, "Es sind drei.", 1), (COUNTS, "Hay cuatro personas.", 2), (COUNTS, "Il y a deux voix.", 0), (COUNTS, "dreimal", 1), (COUNTS, "3 times, I think.", 1),
    (COUNTS, "The answer is 5 because there are 5 notes.", 3), (COUNTS, "1. A man speaks. 2. A woman speaks. In total 2.", 0), (COUNTS, "one two three", None), (COUNTS, "It is heard 2x.", 0), (HZ, "0.88 kHz", 1), (HZ, "1000 hertz", 2),
    (("0:45", "1:30", "2:15"), "It lasts two and a quarter minutes.", 2),
    (COUNTS, "There are two speakers: a man and a woman.", 0), (COUNTS, "No one speaks", None), (COUNTS, "I can hear 3 distinct voices in the recording.", 1),
    # figures and words
    (WORDS, "14", 3), (WORDS, "15", 1), (WORDS, "0", 0), (WORDS, "fourteen", 3), (WORDS, "There are 14 of them.", 3), (WORDS, "10 words", 2),
    (LARGE, "one hundred and twenty", 3), (LARGE, "one hundred", 2), (LARGE, "a hundred and twenty", 3), (LARGE, "twenty", 1), (LARGE, "There are 120 people", 3),
    (LARGE, "There are about a hundred people in the hall.", 2), (("1,000", "2,000"), "two thousand", 1), (("1000", "2500"), "twenty-five hundred", 1), (("23", "32"), "thirty-two", 1),
    (("23", "32"), "dreiundzwanzig", 0), (("12", "20"), "十二", 0), (("25", "52"), "二十五", 0), (("3.5", "4"), "3.5", 0),
    # units
    (TEMPI, "57.0 bpm", 1), (TEMPI, "57 bpm", 1), (TEMPI, "The tempo is 120 beats per minute.", 0), (TEMPI, "90", 2), (TEMPI, "around 120 BPM", 0), (TEMPI, "The tempo of the piece is about 57 BPM.", 1),
    (SECONDS, "1.56s", 1), (SECONDS, "1.55 sec", 0), (SECONDS, "The closest one is 1.56 seconds.", 1), (SECONDS, "2 seconds", 2), (SECONDS, "It lasts 1.55 s", 0),
    (MONEY, "ten dollars", 1), (MONEY, "15 dollars", 2), (MONEY, "It costs $5.", 0), (MONEY, "fifteen", 2), (MONEY, "10 USD", 1), (HZ, "880 hertz", 1), (HZ, "440hz", 0),
    (("50%", "75%"), "75 percent", 1), (("50%", "75%"), "seventy-five per cent", 1), (("30", "60"), "30 seconds", 0), (("5 years", "10 years"), "ten years", 1),
    # times
    (CLOCK, "00:30", 1), (CLOCK, "1m30s", 3), (CLOCK, "1 minute 15 seconds", 2), (CLOCK, "one minute and thirty seconds", 3), (CLOCK, "90 seconds", 3), (CLOCK, "15 seconds", 0),
    (CLOCK, "1 min 15 s", 2), (CLOCK, "at 0:30", 1), (CLOCK, "From 0:15 to 0:30 there is music, and the voice starts at 1:15.", 2), (CLOCK, "The bell rings at 1:15.", 2), (CLOCK, "30 s", 1), (CLOCK, "01:15", 2),
    (CLOCK, "The horn sounds at the 1:30 mark.", 3), (("1:30", "2:15", "3:00"), "three minutes", 2), (("90 seconds", "60 seconds"), "1:30", 0), (("5 minutes", "10 minutes"), "ten minutes", 1),
    # ranges
    (AGES, "30 to 40", 1), (AGES, "between 30 and 40", 1), (AGES, "in his thirties", 1), (AGES, "30 - 40 years", 1), (AGES, "from 40 to 50", 2), (AGES, "in her twenties", 0), (AGES, "She is in her 40s.", 2), (AGES, "35", 1), (AGES, "about 45 years old", 2),
    (AGES, "The speaker sounds between 50 and 60 years old.", 3), (AGES, "mid-thirties", 1), (AGES, "early 30s", 1), (AGES, "30~40", 1), (AGES, "thirty to forty", 1),
    (OPEN, "over 40", 2), (OPEN, "under 20", 0), (OPEN, "more than 40", 2), (OPEN, "20-40", 1), (OPEN, "below 20", 0), (OPEN, "25", 1),
    (("One", "Two", "Three", "More than three"), "more than 3", 3), (("One", "Two", "Three", "More than three"), "three", 2), (("One", "Two", "Three", "More than three"), "It could be More than three or One.", None),
    # places and ordinals
    (PLACES, "The second.", 1), (PLACES, "second", 1), (PLACES, "third", 2), (PLACES, "It is the 4th.", 3), (PLACES, "the first one", 0), (PLACES, "the third time", 2),
    (TIMES, "The third time.", 0), (TIMES, "the second", 2), (TIMES, "first", 3), (TIMES, "It was the third one.", 0), (SPEAKERS, "The second speaker.", 1), (SPEAKERS, "speaker three", 2),
    (SPEAKERS, "It is the first speaker who laughs.", 0), (SPEAKERS, "Speaker two is louder.", 1), (SPEAKERS, "the 3rd speaker", 2), (("Beethoven's 5th", "Mozart's 40th"), "Beethoven’s Fifth", 0),
    (("Symphony No. 5", "Symphony No. 9"), "Symphony no. 9", 1), (INSTRUMENTS, "Option two", 1), (INSTRUMENTS, "option number three", 2), (INSTRUMENTS, "The second", 1), (INSTRUMENTS, "2nd option", 1), (INSTRUMENTS, "choice #3", 2), (INSTRUMENTS, "No. 2", 1),
    # keys and notes
    (KEYS, "G", 1), (KEYS, "The key is G.", 1), (KEYS, "Am", 3), (KEYS, "Dm", 2), (KEYS, "It is in the key of G.", 1), (KEYS, "the piece is in D minor", 2), (KEYS, "A minor, the relative minor of C major.", 3),
    (KEYS, "It is A minor, the relative minor of C major.", 3), (KEYS, "a-Moll", 3), (KEYS, "C-Dur", 0), (KEYS, "G maj", 1), (KEYS, "I am in a room", None), (KEYS, "The key of the song is C.", 0), (KEYS, "D", 3), (KEYS, "B", 1),
    (KEYS, "The song is in a minor key.", None), (KEYS, "It's in G major, not C major.", 1), (SHARP, "F sharp minor", 0), (SHARP, "F♯ minor", 0), (SHARP, "Fm", 1), (SHARP, "B flat major", 2), (SHARP, "B♭", 2), (SHARP, "F#m", 0),
    (("Am", "C", "G7"), "The chord is Am.", 0),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "output", "index"), ROWS)
def test_numbers_and_names_of_notes(choices, output, index):
    reading = read(choices, output)
    assert reading.index == index, reading


@pytest.mark.parametrize(
    ("question", "choices", "output", "index"),
    [
        ("How many times does the dog bark?", COUNTS, "The dog barks 3 times, with a pause of 2 seconds.", 1),
        ("How many times does the dog bark?", COUNTS, "There are 2 dogs and they bark 5 times.", 3),
        ("How many speakers are there?", COUNTS, "I hear 3 speakers exchange 5 sentences.", 1),
        ("Which chord follows F#:7/5?", ("E:sus2", "B:7/1", "F#:7/5"), "After the F#:7/5 chord comes E:sus2.", 0),
    ],
)
def test_the_question_tells_which_number_is_asked_for(question, choices, output, index):
    reading = read(choices, output, question=question)
    assert reading.index == index, reading


ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"  # fmt: skip
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def spelt(n: int) -> str:
    if n < 20:
        return ONES.split()[n]
    if n < 100:
        return TENS.split()[n // 10 - 2] + (f"-{spelt(n % 10)}" if n % 10 else "")
    if n < 1000:
        return f"{spelt(n // 100)} hundred" + (f" and {spelt(n % 100)}" if n % 100 else "")
    return f"{spelt(n // 1000)} thousand" + (f" {spelt(n % 1000)}" if n % 1000 else "")


@settings(deadline=None, max_examples=150)
@given(st.lists(st.integers(2, 99_999), min_size=2, max_size=5, unique=True), st.data())
def test_numbers_of_any_size_are_read_in_words_and_in_figures(numbers, data):
    i = data.draw(st.integers(0, len(numbers) - 1))
    in_figures, in_words = [str(n) for n in numbers], [spelt(n) for n in numbers]
    form = data.draw(st.sampled_from(["{}", "There are {} of them.", "The answer is {}.", "{} times"]))
    assert read(in_figures, form.format(in_words[i])).index == i
    assert read(in_words, form.format(f"{numbers[i]:,}")).index == i


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 3599), min_size=2, max_size=5, unique=True), st.data())
def test_a_time_is_the_same_in_every_notation(seconds, data):
    i = data.draw(st.integers(0, len(seconds) - 1))
    minutes, rest = divmod(seconds[i], 60)
    choices = [f"{s // 60}:{s % 60:02d}" for s in seconds]
    forms = [f"{minutes:02d}:{rest:02d}", f"{seconds[i]} seconds", f"It is at {minutes}:{rest:02d}."]
    forms += [f"{minutes} minutes and {rest} seconds", f"{minutes}m{rest}s"] if minutes and rest else []
    assert [read(choices, form).index for form in forms] == [i] * len(forms)
