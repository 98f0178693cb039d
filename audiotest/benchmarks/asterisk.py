"""Recorded prompts of Asterisk, the telephone exchange, in five languages: real voices, with their English transcripts.

Source: the files of Debian's packages ``asterisk-core-sounds-{en,fr,es,it,ru}-wav`` (8 kHz recordings, 5 voices),
``asterisk-core-sounds-en`` (the English transcripts) and ``asterisk-moh-opsound-wav`` (music on hold), unpacked into
one folder (``dpkg-deb -x PACKAGE FOLDER``; ``tools/recordings.sh``); 1.6.1-1 and 2.03-1.1 were read. Licences:
CC-BY-SA-3.0, the Russian recordings CC-BY-3.0; the voices are Allison Smith (English and Spanish), June Wallack
(French), Carlo Flora (Italian) and that of ivrvoice.ru (Russian). No sound and no transcript comes with audiotest.

The suite ``recordings`` asks, each but the last as a choice, and each answer in each place as often as in any other:

- ``content``: which of four texts an English prompt says
- ``translation``: which of four English texts a prompt in another language says; a prompt goes by one name in all
- ``language``: which of four languages is spoken
- ``number``: which number is said, in any of the five languages
- ``speaker``: whether two prompts are spoken by one person. No two voices share a language, so two prompts in one
  language are of one speaker; half of the pairs of one speaker are English and Spanish, which Allison Smith speaks both
- ``kind``: speech, music or a tone
- ``transcription``: an English prompt, word for word, judged by ``wer`` (Whisper's English normaliser)

Kinds of distractors of ``content`` and ``translation``: ``near_in_sound`` is the text that shares the most letter
trigrams with the answer (Dice), ``near_in_meaning`` the one of the other texts that shares the most words of content or
the subject (the beginning of its file's name), ``unrelated`` shares neither. Of numbers, ``near_in_sound`` is the one
that ends alike in English (13, 30), ``near_in_meaning`` one that follows or goes before; of languages, French, Spanish
and Italian are near each other.

Left out: transcripts that are notes (``[ascending tones]``), parts of sentences (``...``), shorter than 3 or longer
than 14 words, said twice, or without a recording; recordings without a transcript. The printed lines count them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from audiotest.benchmarks._asterisk_files import LANGUAGES, Recordings, read_recordings, seconds
from audiotest.benchmarks.importing import release_of
from audiotest.benchmarks.writing import write_suite
from audiotest.counting import counted

COUNTS = {"content": 80, "translation": 60, "language": 60, "number": 60, "speaker": 40, "kind": 45,
          "transcription": 60}  # fmt: skip
"""Cases a skill, at most."""
_NEAR = {"fr": ("es", "it"), "es": ("it", "fr"), "it": ("es", "fr"), "en": (), "ru": ()}
_SOUNDS_ALIKE = {3: 13, 4: 14, 5: 15, 6: 16, 7: 17, 8: 18, 9: 19, 2: 12, 13: 30, 14: 40, 15: 50, 16: 60, 17: 70, 18: 80,
                 19: 90, 20: 12, 30: 13, 40: 14, 50: 15, 60: 16, 70: 17, 80: 18, 90: 19, 10: 7, 11: 7, 12: 20, 1: 9,
                 0: 10}  # fmt: skip
_NUMBERS = (*range(21), 30, 40, 50, 60, 70, 80, 90)
_SAME = (("en", "es"), ("fr", "fr"), ("es", "en"), ("it", "it"), ("en", "es"), ("ru", "ru"), ("es", "en"), ("en", "en"))
_DIFFERENT = (("en", "fr"), ("it", "es"), ("ru", "en"), ("fr", "it"), ("es", "ru"), ("it", "en"), ("fr", "ru"),
              ("es", "fr"))  # fmt: skip
_TONES = ("beep", "beeperr", "ascending-2tone", "descending-2tone")
_SMALL_WORDS = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "been", "by", "can", "for", "from", "has", "have", "if", "in"),
        *("is", "it", "its", "more", "no", "not", "now", "of", "on", "or", "please", "press", "that", "the", "there"),
        *("this", "to", "was", "were", "will", "with", "you", "your"),
    )
)
_SEGMENT_S, _FIRST_S = 6.0, 20.0
"""Of music: seconds that are heard, and where the first segment begins."""


def import_release(source: Path, target: Path, audio: Path | None = None) -> list[str]:
    """Write the suite ``recordings`` into ``target``; ``source`` is the folder of the unpacked packages, ``audio`` that
    of their sounds where it is another. Raises :class:`ImportFailed` naming the packages that are missing."""
    recordings = read_recordings(source, audio)
    prompts = [name for name in _usable(recordings.texts) if recordings.has("en", name)]
    groups = {
        "content": list(_content(recordings, prompts)),
        "translation": list(_translation(recordings, prompts)),
        "language": list(_language(recordings, prompts)),
        "number": list(_number(recordings)),
        "speaker": list(_speaker(recordings, prompts)),
        "kind": list(_kind(recordings, prompts)),
        "transcription": list(_transcription(recordings, prompts)),
    }
    release = release_of(source, **({"packages": list(recordings.packages)} if recordings.packages else {}))
    suite = write_suite("recordings", target, groups, recordings.root, release=release)
    here = {path.relative_to(recordings.voices["en"]).with_suffix("").as_posix() for path in _wavs(recordings, "en")}
    texts = set(recordings.texts)
    return [
        f"{suite.name}: {counted(len(suite.cases), 'case')} in {counted(len(groups), 'file')} under {target / 'cases'}",
        f"{len(prompts)} of {len(texts)} transcripts can be asked about; {len(texts - here)} have no recording, and "
        f"{len(here - texts)} of {len(here)} English recordings no transcript",
    ]


def _usable(texts: dict[str, str]) -> list[str]:
    """The names of texts that a person could choose: whole sentences, each once."""
    seen: set[tuple[str, ...]] = set()
    usable = []
    for name, text in sorted(texts.items()):
        words = tuple(_words(text))
        note = re.search(r"[\[(]|\.\.", text)
        if not note and "/" not in name and 3 <= len(words) <= 14 and words not in seen:
            seen.add(words)
            usable.append(name)
    return usable


def _wavs(recordings: Recordings, language: str) -> list[Path]:
    return sorted(recordings.voices[language].rglob("*.wav"))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _drawn(skill: str, names: Sequence[str]) -> list[str]:
    """The names in an order of the skill's own, the same for every import."""
    order = list(names)
    random.Random(f"recordings {skill}").shuffle(order)  # noqa: S311 - an order, not a secret
    return order


def _case(
    id_: str, number: int, audio: Any, question: str, options: Sequence[tuple[str, str]], **tags: str
) -> dict[str, Any]:
    """A case whose first option is the answer, which is put into the place of its ``number``."""
    answer, place = options[0], number % len(options)
    others = list(options[1:])
    random.Random(f"recordings {id_}").shuffle(others)  # noqa: S311 - an order, not a secret
    choices = [*others[:place], answer, *others[place:]]
    return {
        "id": id_,
        "audio": audio,
        "question": question,
        "choices": [{"text": text, "kind": kind} for text, kind in choices],
        "answer": answer[0],
        "tags": tags,
    }


def _content(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(_drawn("content", prompts)[: COUNTS["content"]]):
        options = _texts_beside(recordings, prompts, name)
        question = "What does the speaker say?"
        audio = recordings.path("en", name)
        yield _case(f"content.{name}", number, audio, question, options, skill="content", language="en")


def _translation(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    languages = [language for language in LANGUAGES if language != "en"]
    number = 0
    for name in _drawn("translation", prompts):
        language = languages[number // 4 % len(languages)]
        if number == COUNTS["translation"]:
            return
        if not recordings.has(language, name):
            continue
        options = _texts_beside(recordings, prompts, name)
        question = "What does the speaker say, in English?"
        audio = recordings.path(language, name)
        yield _case(
            f"translation.{language}.{name}", number, audio, question, options, skill="translation", language=language
        )
        number += 1


def _language(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    number = 0
    for name in _drawn("language", prompts):
        language = list(LANGUAGES)[number // 4 % len(LANGUAGES)]
        if number == COUNTS["language"]:
            return
        if not recordings.has(language, name):
            continue
        others = [other for other in LANGUAGES if other != language]
        others.pop(number // 20 % len(others))
        options = [(LANGUAGES[language], "correct")]
        options += [(LANGUAGES[o], "near_in_sound" if o in _NEAR[language] else "unrelated") for o in others]
        audio = recordings.path(language, name)
        question = "Which language is spoken?"
        yield _case(
            f"language.{language}.{name}", number, audio, question, options, skill="language", language=language
        )
        number += 1


def _number(recordings: Recordings) -> Iterator[dict[str, Any]]:
    pairs = [f"{language} {value}" for value in _NUMBERS for language in LANGUAGES]
    number = 0
    for pair in _drawn("number", pairs):
        language, value = pair.split()[0], int(pair.split()[1])
        if number == COUNTS["number"]:
            return
        if not recordings.has(language, f"digits/{value}"):
            continue
        place = _NUMBERS.index(value)
        beside = _NUMBERS[place + 1] if place + 1 < len(_NUMBERS) else _NUMBERS[place - 1]
        alike = _SOUNDS_ALIKE[value]
        beside = _NUMBERS[place - 1] if beside == alike else beside
        far = next(int(n) for n in _drawn(pair, list(map(str, _NUMBERS))) if int(n) not in (value, beside, alike))
        options = [(str(value), "correct"), (str(alike), "near_in_sound"), (str(beside), "near_in_meaning")]
        options.append((str(far), "unrelated"))
        audio = recordings.path(language, f"digits/{value}")
        yield _case(
            f"number.{language}.{value}", number, audio, "Which number is said?", options, skill="number",
            language=language,
        )  # fmt: skip
        number += 1


def _speaker(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    """Same and different in turn. Same: in one language, and English beside Spanish; different: in two languages."""
    whole = [name for name in _drawn("speaker", prompts) if all(recordings.has(one, name) for one in LANGUAGES)]
    for number in range(min(COUNTS["speaker"], len(whole) // 2)):
        alike = number % 2 == 0
        first, second = (_SAME if alike else _DIFFERENT)[number // 2 % 8]
        answers = ("the same person", "two different people")[:: 1 if alike else -1]
        options = list(zip(answers, ("correct", "incorrect"), strict=True))
        clips = [recordings.path(first, whole[2 * number]), recordings.path(second, whole[2 * number + 1])]
        question = "Two recordings follow each other. Who speaks in them?"
        yield _case(
            f"speaker.{number:02}", number // 2, clips, question, options, skill="speaker", pair=f"{first}-{second}"
        )


def _kind(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    each = COUNTS["kind"] // 3
    tones = [(language, tone) for tone in _TONES for language in LANGUAGES if recordings.has(language, tone)][:each]
    spoken = [name for name in _drawn("kind", prompts) if all(recordings.has(one, name) for one in LANGUAGES)][:each]
    heard: list[tuple[str, str, Any]] = [
        (f"tone.{language}.{tone}", "a tone", recordings.path(language, tone)) for language, tone in tones
    ]
    heard += [
        (f"speech.{name}", "a person speaking", recordings.path(list(LANGUAGES)[i % 5], name))
        for i, name in enumerate(spoken)
    ]
    heard += [(f"music.{i:02}", "music", clip) for i, clip in enumerate(_segments(recordings, each))]
    names = ("a tone", "a person speaking", "music")
    for number, (id_, answer, audio) in enumerate(heard):
        options = [(answer, "correct"), *((name, "incorrect") for name in names if name != answer)]
        yield _case(f"kind.{id_}", number, audio, "What is heard?", options, skill="kind")


def _transcription(recordings: Recordings, prompts: list[str]) -> Iterator[dict[str, Any]]:
    for name in _drawn("transcription", prompts)[: COUNTS["transcription"]]:
        yield {
            "id": f"transcription.{name}",
            "task": "transcription",
            "audio": recordings.path("en", name),
            "reference": [recordings.texts[name]],
            "expect": [{"wer": {"normaliser": "whisper_english"}}],
            "tags": {"skill": "transcription", "language": "en"},
        }


def _segments(recordings: Recordings, most: int) -> list[dict[str, Any]]:
    """Segments of the music, of each piece in turn, that lie within it."""
    segments = []
    for turn in range(most):
        for path in recordings.music:
            start = _FIRST_S + turn * 4 * _SEGMENT_S
            if start + _SEGMENT_S <= seconds(path):
                file = f"audio/{path.relative_to(recordings.root).as_posix()}"
                segments.append({"file": file, "start": start, "end": start + _SEGMENT_S})
    return segments[:most]


def _texts_beside(recordings: Recordings, prompts: list[str], name: str) -> list[tuple[str, str]]:
    """The text of ``name`` and three others, with their kinds. None of those is a part of it, or has it as a part."""
    text = recordings.texts[name]
    words = set(_words(text))
    others = [o for o in _drawn(name, prompts) if not _within(words, set(_words(recordings.texts[o])))]
    sound = {o: _dice(_trigrams(text), _trigrams(recordings.texts[o])) for o in others}
    meaning = {o: _dice(_content_words(text), _content_words(recordings.texts[o])) + _subject(o, name) for o in others}
    near = max(others, key=lambda o: sound[o])
    related = max((o for o in others if o != near), key=lambda o: meaning[o])
    unrelated = min((o for o in others if o not in (near, related)), key=lambda o: (meaning[o] > 0, sound[o] > 0.25))
    chosen = {near: "near_in_sound", related: "near_in_meaning", unrelated: "unrelated"}
    return [(text, "correct"), *((recordings.texts[o], kind) for o, kind in chosen.items())]


def _within(words: set[str], others: set[str]) -> bool:
    return words <= others or others <= words


def _content_words(text: str) -> set[str]:
    return set(_words(text)) - _SMALL_WORDS


def _trigrams(text: str) -> set[str]:
    letters = " ".join(_words(text))
    return {letters[i : i + 3] for i in range(len(letters) - 2)}


def _subject(one: str, other: str) -> float:
    return 0.5 if one.split("-")[0] == other.split("-")[0] else 0.0


def _dice(one: set[str], other: set[str]) -> float:
    """Dice's coefficient: the share of what both have in common."""
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
