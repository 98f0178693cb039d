"""Small releases of our own in the exact format of each benchmark's."""

import csv
import json
import wave

MMAU = {
    "id": "0001-a", "audio_id": "./test-mini-audios/0001-a.wav", "question": "What rings?",
    "choices": ["A bell", "A phone", "An alarm", "A bell"], "answer": "A phone", "dataset": "ours", "task": "sound",
    "split": "test-mini", "category": ["Reasoning"], "sub-category": "Sources", "difficulty": "easy",
}  # fmt: skip
MMAU_ROWS = [
    MMAU,
    {**MMAU, "id": "0002", "task": "music", "category": "Reasoning", "choices": list("abcdefgh"), "answer": "c"},
    {**MMAU, "id": "0003", "task": "speech", "choices": ["yes", "no"], "answer": None, "extra": {"new": 1}},
]
MUCHOMUSIC_FIELDS = [
    "question_id", "question", "correct_answer", "distractor_1_answer", "distractor_2_answer", "distractor_3_answer",
    "dataset", "dataset_identifier", "genre", "music_knowledge", "music_reasoning", "num_annotations",
]  # fmt: skip
MUCHOMUSIC_ROWS = [
    ["q1", "Which drum?", "A snare", "A tom", "A slow tempo", "A flute", "sdd", "415600.json", "Rock",
     "['instrumentation', 'melody']", "[]", "3"],
    ["q2", "Which mood?", "Calm", "Tense", "A harp", "Rain", "musiccaps", "-aB_c9_30.json", "", "[]",
     "['mood and expression']", "5"],
    ["q3", "Which form?", "Verse", "Chorus", "Loud", "Rain", "sdd", "7.json", "Jazz", "nan", "", "4"],
]  # fmt: skip
FOUNDATION = {
    "path": "x1.wav", "question": "Which emotion?", "choice_a": "happy", "choice_b": "sad", "choice_c": "angry",
    "choice_d": "neutral", "answer_gt": "sad", "task_name": "Speaker_Emotion_Recontion", "dataset_name": "meld",
    "uniq_id": 7,
}  # fmt: skip
FOUNDATION_ROWS = [
    FOUNDATION,
    {**FOUNDATION, "task_name": "Audio_Grounding", "dataset_name": "AudioGrounding", "path": "g.wav", "uniq_id": 8},
    {**FOUNDATION, "task_name": "Music_AQA", "dataset_name": "music_avqa", "uniq_id": 7, "path": "m.mp3",
     "choice_c": None, "choice_d": None},
    {**FOUNDATION, "task_name": "Sound_AQA", "dataset_name": "avqa", "uniq_id": 9, "answer_gt": "bored"},
]  # fmt: skip
CHAT = {
    "meta_info": "A woman laughs.", "question": "How does she feel?", "answer_gt": "She is amused.", "path": "c1.wav",
    "task_name": "speech_QA", "dataset_name": "ours", "uniq_id": 1,
}  # fmt: skip
CHAT_ROWS = [
    {**CHAT, "uniq_id": i, "task_name": task}
    for i, task in enumerate(
        ["speech_QA", "speech_dialogue_QA", "sound_QA", "music_QA", "speech_and_sound_QA", "speech_and_music_QA"]
    )
]
PRO = {
    "id": "p1", "audio_path": ["data/p1.wav"], "question": "What happens?", "answer": "Rain", "choices": ["Rain", "Wind"],
    "category": "sound", "sub-cat": "weather", "length_type": "short", "perceptual_skills": ["loudness", "pitch"],
    "reasoning_skills": [], "transcription": "", "task_classification": "closed", "task_identifier": None, "kwargs": None,
}  # fmt: skip
PRO_ROWS = [
    PRO,
    {**PRO, "id": "p2", "category": "multi", "audio_path": ["data/p1.wav", "data/p2.wav"]},
    {**PRO, "id": "p3", "category": "open", "choices": [], "answer": "It rains, then stops."},
    {**PRO, "id": "p4", "category": "instruction following", "choices": None, "answer": None,
     "task_identifier": "No Commas", "kwargs": {"N": None, "keyword": None}},
    {**PRO, "id": "p5", "category": "speech", "choices": ["only"], "answer": "only"},
    {**PRO, "id": "p6", "category": "music", "choices": ["a", "b"], "answer": "c"},
    {**PRO, "id": "p7", "category": "instruction following", "choices": [], "answer": None,
     "task_identifier": "Forbidden Words", "kwargs": {"N": 2, "keyword": "rain"}},
]  # fmt: skip


def as_json(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows), encoding="utf-8")
    return path


def as_csv(path, fields, rows, encoding="utf-8"):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([fields, *rows])
    return path


def as_parquet(path, rows):
    import pyarrow
    from pyarrow import parquet

    parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def sound(path):
    """A second of silence at 8 kHz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\0" * 16000)
    return path


def gtzan(folder, per_class=3):
    for genre in ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]:
        for i in range(per_class):
            sound(folder / genre / f"{genre}.{i:05d}.wav")
    return folder


def fma(path, tracks):
    header = [["", "set", "set", "track"], ["", "split", "subset", "genre_top"], ["track_id", "", "", ""]]
    return as_csv(path, header[0], [*header[1:], *tracks])


MUSICCAPS_FIELDS = [
    "ytid", "start_s", "end_s", "audioset_positive_labels", "aspect_list", "caption", "author_id",
    "is_balanced_subset", "is_audioset_eval",
]  # fmt: skip
MUSICCAPS_ROWS = [
    [
        "-0Gj8-vB1q4",
        "30",
        "40",
        "/m/0140xf",
        "['low quality', 'sustained strings']",
        "A slow song.",
        "4",
        "False",
        "True",
    ],
    ["0L_9", "10", "20", "/m/02x8m", "['loud']", 'A "loud" song, with\na break.', "1", "True", "False"],
]
