"""Replies as models write them, and how a careful person reads them. Questions and replies are our own."""

import pytest

from audiotest.score.choice import read

BIRDS = ("a blackbird", "a robin", "a wren", "an owl")
SOUNDS = ("Rain", "Rain and thunder", "Thunder", "Wind in trees")
INSTRUMENTS = ("Cello", "Double bass", "Bass clarinet", "Clarinet")
YESNO = ("Yes", "No")
TEMPI = ("120 BPM", "60 BPM", "90 BPM")
COUNTS = ("2", "3", "12", "23")
KEYS = ("C major", "A minor", "D major", "B flat minor")
MOODS = ("calm", "not calm", "tense", "very tense")
SIX = ("red", "orange", "yellow", "green", "blue", "violet")
CHINESE = ("钢琴", "小提琴", "大提琴", "长笛")
LONG = (
    "The drummer starts before the singer",
    "The singer starts before the drummer",
    "Both start together",
    "Neither can be heard",
)

READ = [
    # a label in its dresses
    (BIRDS, "B", 1), (BIRDS, "b", 1), (BIRDS, " b.\n", 1), (BIRDS, "(C)", 2), (BIRDS, "[D]", 3), (BIRDS, "<B>", 1),
    (BIRDS, "**C**", 2), (BIRDS, "`B`", 1), (BIRDS, '"D"', 3), (BIRDS, "C)", 2), (BIRDS, "c)", 2), (BIRDS, "B:", 1),
    (BIRDS, "A", 0), (BIRDS, "a", 0), (BIRDS, "(a)", 0), (BIRDS, "Ｂ", 1), (BIRDS, "（C）", 2), (BIRDS, "[[D]]", 3),
    (BIRDS, "\\boxed{C}", 2), (BIRDS, "$\\boxed{\\text{B}}$", 1), (BIRDS, "<answer>B</answer>", 1),
    (BIRDS, "<answer> (C) a wren </answer>", 2), (BIRDS, '{"answer": "D"}', 3), (BIRDS, "{'choice': 'B'}", 1),
    (BIRDS, '```json\n{"answer": "C"}\n```', 2), (BIRDS, "Option B", 1), (BIRDS, "option c", 2), (BIRDS, "Choice D.", 3),
    (BIRDS, "Answer: B", 1), (BIRDS, "answer is b", 1), (BIRDS, "ANSWER: (D)", 3), (BIRDS, "The answer is B", 1),
    (BIRDS, "The correct option is C.", 2), (BIRDS, "My final answer: D", 3), (BIRDS, "I choose B.", 1),
    (BIRDS, "I would go with C", 2), (BIRDS, "I'd pick option D", 3), (BIRDS, "I think it's B.", 1),
    (BIRDS, "It is (D).", 3), (BIRDS, "So the answer is: **B**", 1), (BIRDS, "Correct answer - C", 2),
    # a label with its text
    (BIRDS, "B. a robin", 1), (BIRDS, "(C) a wren", 2), (BIRDS, "D) An owl.", 3), (BIRDS, "B - a robin", 1),
    (BIRDS, "C: wren", 2), (BIRDS, "The answer is (B) a robin.", 1), (BIRDS, "**D. an owl**", 3),
    (BIRDS, "B. a robin, because of the thin, watery notes.", 1), (BIRDS, "(D) because it hoots.", 3),
    (BIRDS, "B\n\nThe song is thin and watery.", 1), (BIRDS, "Answer: C\nReason: it is loud for so small a bird.", 2),
    # the text
    (BIRDS, "a robin", 1), (BIRDS, "A robin.", 1), (BIRDS, "robin", 1), (BIRDS, "The robin", 1), (BIRDS, "AN OWL", 3),
    (BIRDS, "'a wren'", 2), (BIRDS, "It is a wren.", 2), (BIRDS, "This sounds like a wren to me.", 2),
    (BIRDS, "I can hear an owl in the distance.", 3), (BIRDS, "The bird singing here is a blackbird.", 0),
    (SOUNDS, "Rain and thunder", 1), (SOUNDS, "rain", 0), (SOUNDS, "I hear rain and thunder.", 1), (SOUNDS, "Thunder!", 2),
    (SOUNDS, "wind in the trees", None), (INSTRUMENTS, "Bass clarinet", 2), (INSTRUMENTS, "clarinet", 3),
    (INSTRUMENTS, "The solo is played on a double bass.", 1), (INSTRUMENTS, "CLARINET", 3),
    (LONG, "The singer starts before the drummer.", 1), (LONG, "Both start together", 2), (LONG, "Neither can be heard.", 3),
    (YESNO, "Yes", 0), (YESNO, "No.", 1), (YESNO, "Yes, there is applause at the end.", 0), (YESNO, "No, nothing of the kind.", 1),
    (YESNO, "no", 1), (YESNO, "The answer is no.", 1), (YESNO, "yes!", 0),
    (MOODS, "not calm", 1), (MOODS, "very tense", 3), (MOODS, "The mood is tense.", 2), (MOODS, "calm", 0),
    (KEYS, "A minor", 1), (KEYS, "It is in C major.", 0), (KEYS, "B flat minor", 3), (KEYS, "D", 3), (KEYS, "The answer is A minor.", 1),
    (COUNTS, "3", 1), (COUNTS, "12", 2), (COUNTS, "I count 23 clicks.", 3), (COUNTS, "B", 1), (COUNTS, "The answer is 2.", 0),
    (COUNTS, "There are 12.", 2),
    # by place
    (BIRDS, "2", 1), (BIRDS, "option 3", 2), (BIRDS, "the second option", 1), (BIRDS, "The fourth one.", 3), (BIRDS, "The last option", 3),
    # more options than four
    (SIX, "F", 5), (SIX, "(E) blue", 4), (SIX, "the answer is violet", 5), (SIX, "e", 4),
    # thoughts, then an answer
    (BIRDS, "<think>It could be a robin or a wren. The robin is thinner.</think>\nC", 2),
    (BIRDS, "<think>A robin? No.</think><answer>D</answer>", 3), (BIRDS, "B\n<think>It could be a wren.", 1),
    (BIRDS, "<think>It could be a wren. <answer>D</answer>", 3), (BIRDS, "<think>A robin.</think>", 1),
    (BIRDS, "It is a robin. " + "It is loud and clear and very near. " * 700 + "The answer is C.", 2),
    (BIRDS, "Let me think step by step. A robin sings thinly. A wren is loud. The bird here is loud. So the answer is C.", 2),
    (BIRDS, "First, a blackbird is mellow. Second, an owl hoots. I hear hooting. Therefore, the answer is an owl.", 3),
    (BIRDS, "(A) is too mellow and (B) too thin. The correct answer is (C).", 2),
    (BIRDS, "At first I thought of a robin, but it is a wren.", 2),
    (BIRDS, "B... no, wait, C.", 2), (BIRDS, "It's a robin. Actually, it's an owl.", 3),
    (BIRDS, "Initially I considered B. On reflection the final answer is D.", 3),
    (BIRDS, "The answer is B. Wait, actually it's D.", 3), (BIRDS, "I'd say B. No wait, it's C.", 2),
    (BIRDS, "Answer: B. Correction: C.", 2), (BIRDS, "The answer is B. Sorry, I meant (C) a wren.", 2),
    (BIRDS, "The answer is B. Hmm, on reflection, C.", 2), (BIRDS, "答案是B。不对，应该是C。", 2),
    (BIRDS, "The answer is B. Actually A can be heard too.", 1), (BIRDS, "The answer is (B). Actually (A) is heard too.", 1),
    (BIRDS, "The answer is B. Wait, is A right? No. B it is.", 1), (BIRDS, "The answer is B. Wait, is it C? No.", 1),
    (BIRDS, "The answer is B. Wait, the wren is heard too, but far away.", 1),
    (BIRDS, "The answer is B. Wait, let me check A: too mellow. So B.", 1),
    (BIRDS, "A. a blackbird B. a robin C. a wren D. an owl\nAnswer: C", 2),
    (BIRDS, "Options: (A) a blackbird (B) a robin (C) a wren (D) an owl\nThe correct answer is: (D) an owl", 3),
    # denials
    (BIRDS, "It is not B, it is C.", 2), (BIRDS, "not A but D", 3), (BIRDS, "It isn't a robin; it's a wren.", 2),
    (BIRDS, "This is an owl, not a wren.", 3), (BIRDS, "a wren rather than a robin", 2), (BIRDS, "B is wrong. The answer is D.", 3),
    (BIRDS, "Neither a robin nor a wren: it is an owl.", 3), (BIRDS, "It can't be a robin, so I choose a wren.", 2),
    (BIRDS, "A, B and C can be ruled out. D is right.", 3), (YESNO, "There is no doubt: yes.", 0),
    (MOODS, "It does not sound tense, it is calm.", 0), (BIRDS, "The song doesn't appear to be a robin; it's an owl.", 3),
    (BIRDS, "A, C and D do not match, B does.", 1), (MOODS, "It isn't very tense; it is calm.", 0),
    (BIRDS, "There's no doubt it's an owl.", 3), (BIRDS, "Without a doubt, an owl.", 3), (BIRDS, "It is none other than a wren.", 2),
    (YESNO, "Yes, no doubt.", 0), (YESNO, "Yes, no guitar can be heard.", 0),
    # questions that are answered
    (BIRDS, "Could it be a robin? No. It's a wren.", 2), (BIRDS, "Is it a robin? Yes.", 1), (BIRDS, "A robin? No way. A wren!", 2),
    # a verdict on each option
    (BIRDS, "Option A: a blackbird - incorrect. Option B: a robin - correct. Option C: a wren - wrong. Option D: an owl - not correct.", 1),
    (BIRDS, "A) a blackbird ❌\nB) a robin ✅\nC) a wren ❌\nD) an owl ❌", 1),
    (BIRDS, "- blackbird: not heard\n- robin: heard\n- wren: not heard\n- owl: absent", 1), (BIRDS, "B - not A", 1),
    (BIRDS, "(B) is the best answer; (A) is close.", 1), (BIRDS, "I'd lean towards B over C.", 1), (BIRDS, "Piping: not A. B", 1),
    (BIRDS, "B is correct and C is near.", 1), (YESNO, "(B) No.", 1), (YESNO, "So the answer is B: No.", 1),
    (BIRDS, "It's hard to say, but probably a wren.", 2), (YESNO, "There isn't any speech, so no.", 1),
    (("Piano", "Violin"), "A. Piano: No / B. Violin: Yes", 1), (BIRDS, "A blackbird? No. A robin? No. A wren? Yes.", 2),
    (BIRDS, "Correct: B. Incorrect: A, C, D.", 1), (BIRDS, "A is incorrect. B is possible. D is most likely.", 3),
    (BIRDS, "A: 10%\nB: 70%\nC: 20%", 1),
    # an answer first, and then why
    (BIRDS, "B, since an owl would hoot.", 1), (BIRDS, "B. a robin. It is thin, while an owl hoots.", 1),
    (BIRDS, "**B**\n\nThe blackbird (A) is mellow, the wren (C) loud and the owl (D) hoots.", 1), (BIRDS, "C. Not A, not B.", 2),
    (BIRDS, "A robin. It is thin, while an owl hoots.", 1), (BIRDS, "B - a robin. Not to be mistaken for a wren.", 1), (MOODS, "C. tense. Calm music would be slower.", 2),
    (BIRDS, "A. It could be a wren, but it is a robin. So a robin.", 1), (BIRDS, "B. No wait, C.", 2),
    # one held against another
    (BIRDS, "It is more likely a wren than a robin.", 2), (BIRDS, "Between a robin and an owl, the owl is more likely.", 3),
    (BIRDS, "I would rule out A and C. Between B and D, D fits better.", 3), (BIRDS, "It resembles D more than B", 3),
    (BIRDS, "It is higher than an owl and lower than a wren: a robin.", 1), (BIRDS, "If it were a robin, it would be thinner. It is a wren.", 2),
    # what is believed
    (BIRDS, "It could be a robin; however, I believe it is a wren.", 2), (BIRDS, "I believe it's a robin, though the wren is similar.", 1),
    (BIRDS, "I don't believe it is a robin, I believe it is a wren.", 2), (BIRDS, "I think it is an owl. A wren would be louder.", 3),
    # counts and units
    (COUNTS, "I counted three beeps in total.", 1), (COUNTS, "There are twelve.", 2), (COUNTS, "There are more than 2 beeps, I count 3.", 1),
    (COUNTS, "There are 3 beeps.", 1), (COUNTS, "I hear exactly 2 clicks.", 0), (COUNTS, "Three", 1), (COUNTS, "The answer is two.", 0),
    (("one", "two", "three"), "3", 2), (TEMPI, "120", 0), (TEMPI, "60bpm", 1), (("Hip-Hop", "Trip hop"), "hiphop", 0),
    # hedges that settle
    (BIRDS, "Probably B", 1), (BIRDS, "Maybe a wren?", 2), (BIRDS, "Either B or C, but I'd go with C.", 2),
    (BIRDS, "I'm not sure, but I think the answer is D.", 3), (BIRDS, "I cannot hear it well, but my answer is B.", 1),
    (BIRDS, "I'm sorry for the confusion. The answer is B.", 1), (BIRDS, "Sorry, the correct answer is (C).", 2),
    # other languages
    (CHINESE, "B", 1), (CHINESE, "小提琴", 1), (CHINESE, "大提琴", 2), (CHINESE, "正确答案是B。", 1), (CHINESE, "答案：C", 2),
    (CHINESE, "选D", 3), (CHINESE, "我认为应该选择B选项。", 1), (CHINESE, "第二个选项", 1), (CHINESE, "这是长笛的声音。", 3),
    (CHINESE, "不是B，而是C。", 2), (CHINESE, "不是钢琴，是长笛。", 3), (CHINESE, "根据音频，答案应该是大提琴。", 2),
    (BIRDS, "La respuesta correcta es la B.", 1), (BIRDS, "La bonne réponse est C", 2), (BIRDS, "Die richtige Antwort ist D.", 3),
    (BIRDS, "正解はBです。", 1), (BIRDS, "정답은 C입니다.", 2), (BIRDS, "答案是B", 1),
    (("Énergique", "Mélancolique"), "melancolique", 1), (("Jazz", "Rock'n'roll"), "rock’n’roll", 1),
]  # fmt: skip

UNREAD = [
    (BIRDS, "", "none"), (BIRDS, "  \n ", "none"), (BIRDS, "...", "none"), (BIRDS, "E", "none"), (BIRDS, "The answer is F.", "none"),
    (BIRDS, "A bird sings in a garden at dawn.", "none"), (BIRDS, "Both Could Differ As An Approach.", "none"),
    (BIRDS, "It is not a robin.", "none"), (BIRDS, "not B", "none"), (BIRDS, "Anything but C.", "none"), (BIRDS, "It isn't (D).", "none"),
    (BIRDS, "None of the above", "none"), (BIRDS, "a nightingale", "none"), (BIRDS, "Do you like birds?", "none"),
    (BIRDS, "It does not sound like the song of a robin.", "none"), (MOODS, "The music does not sound tense.", "none"),
    (BIRDS, "The clip doesn't contain a robin.", "none"), (BIRDS, "It does not seem to be a robin.", "none"),
    (BIRDS, "This is not consistent with a robin.", "none"), (BIRDS, "I would not go with B.", "none"),
    (BIRDS, "This cannot be described as a robin.", "none"), (BIRDS, "It is not true that a robin sings.", "none"),
    (YESNO, "It is not yes.", "none"), (INSTRUMENTS, "A piano in the key of C with a Dm7 chord", "none"),
    (BIRDS, "<think>\nThe answer is B. But then a robin", "none"), (BIRDS, "<thinking>I cannot hear any audio", "none"),
    (BIRDS, "B or C", "ambiguous"), (BIRDS, "a robin or a wren", "ambiguous"), (BIRDS, "It could be a wren or an owl.", "ambiguous"),
    (BIRDS, "A and D", "ambiguous"), (BIRDS, "(B) a wren", "ambiguous"), (BIRDS, "A, B, C, D", "ambiguous"),
    (BIRDS, "All but the owl.", "none"), (BIRDS, "B. C.", "ambiguous"), (BIRDS, "A robin. Then a wren is heard.", "ambiguous"),
    (BIRDS, "B\n\nA: mellow\nC: loud\nD: hoots", "ambiguous"),
    (BIRDS, "I think it is a robin. However, it could also be a wren.", "ambiguous"), (MOODS, "Calm. No, tense.", "ambiguous"),
    (BIRDS, "a blackbird, a robin, a wren, an owl", "ambiguous"), (COUNTS, "Speaker 3 talks at 2 o'clock.", "none"), (COUNTS, "2 or 3", "ambiguous"),
    (BIRDS, "Both B and C are correct.", "ambiguous"), (SOUNDS, "Either rain or wind in trees.", "ambiguous"),
    (BIRDS, "I cannot hear any audio.", "refused"), (BIRDS, "I'm sorry, but I can't listen to audio files.", "refused"),
    (BIRDS, "As an AI language model, I cannot process sound.", "refused"), (BIRDS, "No audio was provided.", "refused"),
    (BIRDS, "I cannot tell whether it is a robin or a wren.", "refused"), (BIRDS, "Please provide the audio clip.", "refused"),
    (BIRDS, "The recording is silent.", "refused"), (BIRDS, "I hear nothing.", "refused"), (BIRDS, "I don't know.", "refused"),
    (CHINESE, "抱歉，我无法听到音频。", "refused"), (CHINESE, "无法确定。", "refused"), (BIRDS, "Lo siento, no puedo escuchar el audio.", "refused"),
    (BIRDS, "Je ne peux pas entendre l'audio.", "refused"), (BIRDS, "Ich kann das leider nicht hören.", "refused"),
    (BIRDS, "申し訳ありませんが、音声が聞こえません。", "refused"),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "output", "index"), [row for row in READ if row[2] is not None])
def test_read(choices, output, index):
    reading = read(choices, output)
    assert (reading.index, reading.status) == (index, "read"), reading


@pytest.mark.parametrize(("choices", "output", "status"), UNREAD)
def test_not_read(choices, output, status):
    reading = read(choices, output)
    assert (reading.index, reading.status) == (None, status), reading
