"""Variants of the kinds of replies that parsers misread, in several wordings and languages."""

import pytest

from audiotest.score.choice import read

PIANO = ("a piano", "a guitar", "a violin", "a drum")
YESNO = ("Yes", "No")
KEYS = ("C major", "G major", "D minor", "A minor")
COUNTS = ("2", "3", "4", "5")
CLOCK = ("0:15", "0:30", "1:15", "1:30")
FEELINGS = ("happiness", "sadness", "anger", "disgust")
SOUNDS = ("bell", "horn", "drum")
PLACES = ("Library", "Classroom", "Large Social Gathering", "Office")
MOODS = ("happy", "sad", "calm", "angry")

TABLES_NUMBERS_AND_POLARITY = [
    (PIANO, '{"answer": ["B"]}', 1), (PIANO, '{"B": "a guitar"}', 1), (PIANO, '{"options": {"A": "a piano", "B": "a guitar", "C": "a violin", "D": "a drum"}, "answer": "B"}', 1), (PIANO, 'answer: B', 1),
    (PIANO, '<choice id="B"/>', 1), (PIANO, 'A. a piano (probability 0.1)\nB. a guitar (probability 0.7)\nC. a violin (0.1)\nD. a drum (0.1)', 1), (PIANO, 'P(A)=0.1, P(B)=0.7, P(C)=0.1, P(D)=0.1', 1),
    (PIANO, 'A 10% B 75% C 10% D 5%', 1), (PIANO, "I'm 80% sure it's B, 20% A.", 1), (PIANO, '| Option | Correct |\n|---|---|\n| A | No |\n| B | Yes |\n| C | No |\n| D | No |', 1), (PIANO, 'A=F, B=T, C=F, D=F', 1),
    (PIANO, 'A: ❌, B: ✅, C: ❌, D: ❌', 1), (PIANO, 'A) False B) True C) False D) False', 1), (PIANO, 'A. a piano — No\nB. a guitar — Yes\nC. a violin — No\nD. a drum — No', 1),
    (PIANO, '{"A": {"correct": false}, "B": {"correct": true}, "C": {"correct": false}, "D": {"correct": false}}', 1), (PIANO, '[{"label": "A", "correct": false}, {"label": "B", "correct": true}]', 1),
    (PIANO, '{"A": 0.05, "B": 0.05, "C": 0.85, "D": 0.05}', 2), (PIANO, '{"scores": [0.1, 0.7, 0.1, 0.1]}', None), (PIANO, 'Answer: \\boxed{\\text{B}}', 1), (PIANO, '\\boxed{B. \\text{a guitar}}', 1), (PIANO, '$$\\boxed{B}$$', 1),
    (PIANO, '\\boxed{}\nAnswer: C', 2), (PIANO, '\\boxed{A}? No, the answer is \\boxed{B}', 1), (PIANO, '\\(\\boxed{C}\\)', 2), (PIANO, 'We get \\boxed{\\frac{A}{B}}, hence the answer is (D).', 3),
    (PIANO, 'B\n\n\nNext question: what is A?', 1), (PIANO, 'B.\n\nQ2: Which?\nA2: C', 1), (PIANO, 'B\nuser: hm\nassistant: C', 1), (PIANO, 'B\n\nQuestion 2\nWhich one is loud?\nAnswer: A', 1),
    (PIANO, 'Answer: a guitar\nQuestion: Which is it?\nAnswer: a drum', 1), (PIANO, 'The answer is B\n\n---\n\nQuestion: ...\nA. x\nAnswer: C', 1), (PIANO, 'B<eos>', 1), (PIANO, 'B<end_of_turn>\n<start_of_turn>user\nA', 1),
    (PIANO, 'Assistant: B', 1), (PIANO, 'assistant\nB', 1), (PIANO, '<|assistant|>B', 1), (PIANO, 'B\n\nExplanation: The question is about A.', 1), (PIANO, 'B [/INST] C', 1),
    (PIANO, 'a guitar.\n\nPassage: A man plays a piano.\nQuestion: which?\nAnswer: a piano', 1), (KEYS, 'C minor', None), (KEYS, "It's in D minor (relative of F major).", 2), (KEYS, 'The tonic is G.', 1), (KEYS, 'G.', 1),
    (KEYS, 'Gmaj', 1), (KEYS, 'A min', 3), (KEYS, 'key: Am', 3), (KEYS, 'the key seems to be D', 2), (KEYS, 'in the key of A', 3), (KEYS, 'The piece modulates from C major to G major, but it is mostly in C major.', 0),
    (KEYS, 'The key is D minor, not A minor', 2), (KEYS, '(G)', 1), (KEYS, 'The answer is G.', 1), (COUNTS, 'three', 1), (COUNTS, 'I hear three distinct dog barks.', 1), (COUNTS, "There's 4", 2), (COUNTS, '2, 3, 4: so four', 2),
    (COUNTS, 'One, two, three. Three times.', 1), (COUNTS, 'thrice', 1), (COUNTS, 'a couple', None), (COUNTS, 'exactly two times', 0), (COUNTS, "I'd say around 4", 2), (COUNTS, 'The number of people is 5 (five).', 3),
    (COUNTS, 'The dog barks 3 times and the cat meows 2 times', None), (COUNTS, '3 (three)', 1), (COUNTS, 'no more than 3', None), (COUNTS, 'fewer than 3', None), (COUNTS, '3?', 1), (COUNTS, 'Total: 4', 2), (COUNTS, '=4', 2),
    (COUNTS, '2+2=4', 2), (COUNTS, '2 men + 1 woman = 3 people', 1), (COUNTS, 'first 2, then 3 more, for a total of 5', 3), (COUNTS, 'Only 2.', 0), (COUNTS, 'I counted: 1, 2, 3, 4. Four in total.', 2), (CLOCK, '1:30 minutes', 3),
    (CLOCK, '75 seconds', 2), (CLOCK, 'half a minute', 1), (CLOCK, 'a minute and a half', 3), (CLOCK, '0m30s', 1), (CLOCK, '15s', 0), (CLOCK, 'around the 1:15 mark', 2), (CLOCK, '00:01:30', 3), (CLOCK, '1 min 30 sec', 3),
    (CLOCK, '1.5 minutes', 3), (CLOCK, 'at 30 seconds', 1), (CLOCK, 'between 0:15 and 0:30', None), (CLOCK, 'quarter of a minute', None), (('$5', '$10', '$15'), '10 bucks', 1), (('$5', '$10', '$15'), '$10.00', 1),
    (('5 euros', '10 euros'), '€10', 1), (('20-30', '30-40', '40-50'), '30s', 1), (('20-30', '30-40', '40-50'), 'in their 40s', 2), (('20-30', '30-40', '40-50'), 'mid 20s', 0), (('20-30', '30-40', '40-50'), '30–40', 1),
    (('20-30', '30-40', '40-50'), 'thirtysomething', None), (('20s', '30s', '40s'), 'in his thirties', 1), (('20-30 dB', '30-40 dB'), 'about 35 dB', 1), (('60-80 BPM', '80-100 BPM'), '90 bpm', 1), (('0-10', '10-20'), '7', 0),
    (('Below 60 BPM', '60-100 BPM', 'Above 100 BPM'), '120 bpm', 2), (('Below 60 BPM', '60-100 BPM', 'Above 100 BPM'), 'faster than 100 BPM', 2), (('Below 60 BPM', '60-100 BPM', 'Above 100 BPM'), '40', 0),
    (('10', '20', '100', '120'), 'a hundred', 2), (('10', '20', '100', '120'), 'one hundred twenty', 3), (('10', '20', '100', '120'), '120.', 3), (('1st', '2nd', '3rd'), 'number two', 1), (('1st', '2nd', '3rd'), 'the 3rd one', 2),
    (('First', 'Second', 'Third'), '2nd', 1), (('First', 'Second', 'Third'), '2', 1), (('first half', 'second half'), 'in the second half', 1), (('Speaker A', 'Speaker B'), 'Speaker B', 1), (('Speaker A', 'Speaker B'), 'B', 1),
    (('Speaker 1', 'Speaker 2'), 'speaker two', 1), (('Speaker 1', 'Speaker 2'), '2', 1), (('Chapter One', 'Chapter Two'), 'chapter 2', 1), (YESNO, 'Sure.', 0), (YESNO, 'Certainly not.', 1), (YESNO, 'No way', 1),
    (YESNO, 'nah', 1), (YESNO, 'y', 0), (YESNO, 'n', 1), (YESNO, 'Ja', 0), (YESNO, 'si', 0), (YESNO, '不', 1), (YESNO, '对', 0), (YESNO, '不对', 1), (YESNO, 'はい、そうです。', 0), (YESNO, 'いいえ、違います。', 1), (YESNO, '네, 맞습니다.', 0),
    (YESNO, '아니요, 없습니다.', 1), (YESNO, 'हाँ', 0), (YESNO, 'नहीं', 1), (YESNO, 'evet', 0), (YESNO, 'hayır', 1), (YESNO, 'tak', 0), (YESNO, 'ja, das stimmt', 0), (YESNO, 'Yes, they do.', 0), (YESNO, "They don't.", 1),
    (YESNO, 'It is not present.', 1), (YESNO, "There isn't any.", 1), (YESNO, "That's correct.", 0), (YESNO, "That's not correct", 1), (YESNO, 'I believe so', 0), (YESNO, 'I doubt it', 1), (YESNO, 'Never', 1),
    (YESNO, 'The statement is true.', 0), (YESNO, 'The statement is false.', 1), (YESNO, 'that is false', 1), (YESNO, 'The answer is negative.', 1), (YESNO, 'Probably not', 1), (YESNO, 'Probably yes', 0),
    (YESNO, 'Most likely no.', 1), (YESNO, 'Unlikely', 1), (YESNO, 'The sound is present.', 0), (YESNO, 'The sound is absent.', 1), (YESNO, 'There is music, yes.', 0), (YESNO, 'He does not speak.', 1),
    (YESNO, 'The man is not singing.', 1), (YESNO, "I can't hear a dog.", 1), (YESNO, '1', 0), (YESNO, 'A', 0), (('True', 'False'), 'Yes', 0), (('Correct', 'Incorrect'), 'It is incorrect.', 1),
    (('Present', 'Absent'), 'It is absent', 1),
]  # fmt: skip
WORDINGS = [
    (FEELINGS, 'The tone is one of anger as opposed to sadness or happiness.', 2), (FEELINGS, 'Anger is the best fit; the rest (happiness, sadness, disgust) do not match.', 2),
    (FEELINGS, 'I rule out happiness, sadness, and disgust, leaving anger.', 2), (FEELINGS, 'Neither happiness nor sadness nor disgust, so anger.', 2),
    (FEELINGS, "It's anger. The speaker does not sound happy, sad or disgusted.", 2), (FEELINGS, 'Anger, because the voice is loud and harsh, unlike sadness or disgust.', 2), (FEELINGS, 'The emotion is sad.', None),
    (FEELINGS, 'There is no hint of happiness, anger or disgust; sadness it is.', 1), (FEELINGS, 'While happiness and disgust are unlikely, anger is possible but sadness is the most likely.', 1),
    (PIANO, 'Options A, C and D are incorrect.', None), (PIANO, 'A, C and D are incorrect, B is correct.', 1), (PIANO, 'All options except B are wrong.', 1),
    (PIANO, 'Options A and B do not match. Option C matches the description.', 2), (PIANO, '(A) and (C) are less likely, (D) is irrelevant. Thus (B).', 1), (PIANO, 'Only option B makes sense.', 1), (PIANO, 'Only B fits.', 1),
    (PIANO, 'B is the only one that fits.', 1), (PIANO, 'B seems right.', 1), (PIANO, 'B matches what I hear.', 1), (PIANO, 'It must be B.', 1), (PIANO, 'My answer would be B.', 1), (PIANO, "I'd have to say B.", 1),
    (PIANO, 'Going with B.', 1), (PIANO, "Let's go with B.", 1), (PIANO, 'We can conclude B.', 1), (PIANO, 'Hence B.', 1), (PIANO, '∴ B', 1), (PIANO, '=> B', 1), (PIANO, '-> B', 1), (PIANO, 'ANSWER IS: B', 1),
    (PIANO, 'Ans: B', 1), (PIANO, 'Ans. B', 1), (PIANO, 'Answer (B)', 1), (PIANO, 'Answer B', 1), (PIANO, "The answer's B.", 1), (PIANO, 'The right one is B.', 1), (PIANO, 'B!', 1), (PIANO, 'B?', 1), (PIANO, '(B', 1),
    (PIANO, 'B)', 1), (PIANO, '#B', 1), (PIANO, 'option_b', 1), (PIANO, 'B/', 1), (PIANO, '**Answer:** B', 1), (PIANO, '**Answer: B) a guitar**', 1), (PIANO, '### Answer\nB', 1), (PIANO, 'Answer:\n\nB', 1),
    (PIANO, 'Final Answer\n\nB', 1), (PIANO, 'The final answer is: $\\boxed{B}$', 1), (PIANO, 'The correct choice would be option B: "a guitar".', 1), (PIANO, 'the answer is b) a guitar', 1), (PIANO, "It's option (b).", 1),
    (PIANO, 'I think b', 1), (PIANO, 'b is correct', 1), (PIANO, 'i choose b because of the strings', 1), (PIANO, 'I hear strings being plucked, which is typical of a guitar.', 1),
    (PIANO, 'The timbre is consistent with a violin.', 2), (PIANO, 'It resembles a drum.', 3), (PIANO, 'That would be the violin.', 2), (PIANO, 'This is clearly the sound of a drum being hit.', 3),
    (PIANO, 'The instrument playing is not a piano but a guitar.', 1), (PIANO, "Instead of a piano, it's a violin.", 2), (PIANO, 'It is a guitar, a plucked string instrument similar to a violin.', 1),
    (PIANO, 'The piano-like sound is actually a guitar.', 1), (PIANO, 'It could be either a piano or a guitar, but I lean towards the guitar.', 1), (PIANO, 'A guitar or maybe a violin', None), (PIANO, 'piano/guitar', None),
    (PIANO, 'Possibly a piano, possibly a guitar.', None), (PIANO, 'both a piano and a guitar', None), (PIANO, 'I hear a piano, and then a guitar.', None), (PIANO, 'guitars', 1), (PIANO, "The guitar's strings are plucked.", 1),
    (PIANO, 'guitar solo', 1), (PIANO, 'giutar', 1), (PIANO, 'guitarr', 1), (PIANO, 'The sound is from a gitar.', 1), (PIANO, 'violine', 2), (SOUNDS, 'Silence at first; then the horn.', 1),
    (SOUNDS, 'There is silence for 3 seconds, then a drum.', 2), (SOUNDS, "I'm sorry for the confusion, it is a horn.", 1), (SOUNDS, "Sorry, it's a drum.", 2), (SOUNDS, 'I apologize, the answer is horn.', 1),
    (SOUNDS, "As an AI, I'd say it's a bell.", 0), (SOUNDS, "While I can't listen to audio, the description suggests a bell.", None), (SOUNDS, "I don't have the ability to hear, but if I had to choose I'd pick the horn.", 1),
    (SOUNDS, 'I cannot hear it clearly. It might be a drum.', 2), (SOUNDS, 'Nothing but a bell.', 0), (SOUNDS, 'No sound other than the bell.', 0), (SOUNDS, 'The man says "I can\'t hear you" while a bell rings.', 0),
    (SOUNDS, 'The clip has no speech, only a bell.', 0), (SOUNDS, 'There is no music, just a drum.', 2), (SOUNDS, 'I am not sure but horn', 1), (SOUNDS, 'Not sure. Bell?', 0), (SOUNDS, 'None of these.', None),
    (SOUNDS, "It's neither bell nor horn.", None), (SOUNDS, "I can't tell if it's a bell or a horn.", None), (SOUNDS, 'Unable to determine.', None), (PLACES, 'It seems to be a social gathering.', 2), (PLACES, 'a class room', 1),
    (PLACES, 'in an office environment', 3), (PLACES, 'The setting is likely an office.', 3), (PLACES, "It doesn't sound like a library or an office, so a classroom is the most probable.", 1),
    (('Dog barks then cat meows', 'Cat meows then dog barks'), 'The cat meows first, then the dog barks.', 1), (('Dog barks then cat meows', 'Cat meows then dog barks'), 'First the dog barks, then the cat meows.', 0),
    (('rain, thunder, wind', 'wind, thunder, rain'), 'wind, rain, thunder', None), (('man, woman, child', 'man, man, woman'), 'child, woman and man', 0), (('red, blue', 'green, blue'), 'blue and red', 0),
    (('He is walking his dog.', 'He is feeding the cat.'), 'The man walks the dog.', 0), (('The tempo increases', 'The tempo decreases', 'The tempo stays the same'), 'The tempo is increasing.', 0),
    (('The tempo increases', 'The tempo decreases', 'The tempo stays the same'), 'tempo stays same', 2), (('They argue about money', 'They plan a trip'), 'The couple is arguing about money.', 0),
    (('A woman is laughing', 'A man is laughing'), 'The woman laughs.', 0), (('Male', 'Female'), 'female', 1), (('Male', 'Female'), 'A woman speaks.', None), (('Male', 'Female'), 'The speaker is a male.', 0),
    (('Increasing', 'Decreasing'), 'It increases over time', 0), (('major', 'minor'), 'The key is in D major', 0), (('fast', 'slow'), "It's a fast-paced song", 0), (('one', 'two'), 'The second one is a male voice', None),
    (('happy', 'sad'), 'The speaker sounds sad, not happy.', 1), (('happy', 'sad'), 'unhappy', None), (('happy', 'sad'), 'Not happy', None), (('up', 'down'), 'It goes down.', 1),
    (('left', 'right'), "You're right, it's on the left.", 0), (('left', 'right'), 'the right answer is left', 0),
]  # fmt: skip
MARKS_AND_LANGUAGES = [
    (PIANO, '<think>\nI think A.\n</think>\n\nThe answer is **B**.', 1), (PIANO, '<thinking>A</thinking>B', 1), (PIANO, '<think>A</think>\n<think>C</think>\nB', 1), (PIANO, 'B<think>A', 1), (PIANO, '</think>B', 1),
    (PIANO, '[Thinking] maybe A [/Thinking] B', 1), (PIANO, '<|start_thinking|>A<|end_thinking|>B', 1), (PIANO, '<|START_THINKING|>A<|END_THINKING|><|START_RESPONSE|>B<|END_RESPONSE|>', 1),
    (PIANO, '<longcat_think>A</longcat_think>B', 1), (PIANO, '<mm:think>A</mm:think>B', 1), (PIANO, 'analysis: A is bright. assistantfinal: B', 1), (PIANO, '<analysis>A</analysis><final>B</final>', 1),
    (PIANO, '**Reasoning:** A is bright.\n**Answer:** B', 1), (PIANO, 'Reasoning: the strings are plucked.\nConclusion: B', 1),
    (PIANO, '<CAPTION>A piano plays</CAPTION><REASONING>it is plucked</REASONING><CONCLUSION>B</CONCLUSION>', 1), (PIANO, '<think>The answer is B.</think>', 1), (PIANO, '<scratchpad>C</scratchpad> The answer: B', 1),
    (PIANO, '🅰️', 0), (PIANO, 'Ⓑ', 1), (PIANO, '🄱', 1), (PIANO, '2️⃣', 1), (PIANO, '②', 1), (PIANO, 'Ｂ．a guitar', 1), (PIANO, '选项二', 1), (PIANO, '第二', 1), (PIANO, '答案：B。因为弦声', 1), (PIANO, '我选B', 1), (PIANO, 'B选项正确', 1),
    (PIANO, '应该是B', 1), (PIANO, '正解は②です', 1), (PIANO, '답은 2번입니다', 1), (PIANO, 'Ответ: Б', None), (PIANO, 'Réponse : B', 1), (PIANO, 'Antwort: b', 1), (PIANO, 'La opción B es la correcta', 1), (PIANO, 'A opção correta é a B', 1),
    (PIANO, "L'opzione B è corretta", 1), (PIANO, 'Option B ist richtig', 1), (PIANO, "C'est la B", 1), (PIANO, 'الجواب: B', 1), (PIANO, 'الإجابة الصحيحة هي B', 1), (('钢琴', '吉他'), '是吉他', 1), (('钢琴', '吉他'), '这不是钢琴', None),
    (('钢琴', '吉他'), '钢琴或吉他', None), (('钢琴', '吉他'), '听起来像吉他而不是钢琴', 1), (('ピアノ', 'ギター'), 'ギターの音です', 1), (('ピアノ', 'ギター'), 'ピアノではなく、ギターです。', 1), (('ピアノ', 'ギター'), 'ピアノかギター', None), (('피아노', '기타'), '기타 소리입니다', 1),
    (('피아노', '기타'), '피아노가 아니라 기타입니다', 1), (('بيانو', 'جيتار'), 'إنه جيتار', 1), (('пианино', 'гитара'), 'Это гитара.', 1), (SOUNDS, 'The word "bell" is spoken, but a horn is heard.', None), (SOUNDS, '"horn"', 1),
    (SOUNDS, '`drum`', 2), (SOUNDS, "The sound is described as 'horn'.", 1), (SOUNDS, 'bell.', 0), (SOUNDS, 'Bell, I guess.', 0), (SOUNDS, 'the bell, not the horn or drum', 0),
    (SOUNDS, "It's a horn; a bell would ring longer and a drum would be lower.", 1), (SOUNDS, 'Given that a bell rings and a horn blows, this is a horn.', 1),
]  # fmt: skip
CUT = [
    (PIANO, 'The answer is a guitar because', 1), (PIANO, 'I think the answer is', None), (PIANO, 'Based on the audio, the correct answer is B', 1), (PIANO, 'Based on the audio, the correct answer is (B', 1),
    (PIANO, 'Hmm, A or B? A is bright. B is', None), (PIANO, '1. The sound is plucked. 2. It has strings. Therefore, it is a guitar. 3. In', None), (PIANO, 'My final answer: B\n\nLet me double check', 1),
    (PIANO, '{"answer": "B", "reason": "the pl', 1), (PIANO, '<answer>B</answer>\n<explanation>The', 1), (PIANO, "<think>Let's see</think>B", 1), (PIANO, "<think>Let's see A", None), (PIANO, '(B) a guitar\n\nThe', 1),
    (PIANO, 'B) a gui', 1), (PIANO, 'Option A: a piano. This is a keyboard. Option B: a guit', None), (PIANO, 'The audio features a guitar playing a', None), (PIANO, 'a gui', None), (PIANO, 'The', None),
    (PIANO, 'Both A and', None), (PIANO, 'A: 10%, B: 75%, C', None), (PIANO, 'If the answer were A, then', None), (PIANO, 'So, is the answer B? Let me', None), (PIANO, 'The answer could be B, but', None),
    (PIANO, 'It is not A, so the answer is', None), (PIANO, 'Answer: B', 1), (MOODS, 'The mood is happ', None), (MOODS, 'happy', 0), (MOODS, 'Answer: C. The music is slow and', 2),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "output", "index"), TABLES_NUMBERS_AND_POLARITY + WORDINGS + MARKS_AND_LANGUAGES)
def test_variants(choices, output, index):
    reading = read(choices, output)
    assert reading.index == index, reading


@pytest.mark.parametrize(("choices", "output", "index"), CUT)
def test_variants_of_cut_replies(choices, output, index):
    reading = read(choices, output, finish="length")
    assert reading.index == index, reading
