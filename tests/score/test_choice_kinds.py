"""Kinds of replies that parsers misread: rejected lists, verdicts per option, yes and no, run-ons, boxes, cut replies."""

import pytest

from audiotest.score.choice import read

FOUR = ("a piano", "a guitar", "a violin", "a drum")
VOICES = ("crying", "shouting", "laughing", "running")
FEELINGS = ("fear", "sadness", "anger", "disgust")
PLACES = ("Library", "Classroom", "Large Social Gathering", "Office")
YESNO = ("yes", "no")
TRUTH = ("True", "False")
ROLES = ("Tonic", "Dominant", "Subdominant", "Mediant")
SCENES = ("Preparing for a speech", "Having a casual gathering", "Doing a workout session")
SINGING = ("belt", "breathy", "inhaled", "vibrato", "vocal_fry", "spoken")
LISTS = ("Piano and violin", "Guitar and drums", "Electric guitar and bass guitar")
ORDERS = ("Dog, cat, bird", "Cat, dog, bird", "Bird, cat, dog")
LONG = ("She got a promotion", "She is opening her own club", "He lost the keys")
RHYTHM = ("The percussion plays a simple rhythmic pattern.", "The percussion remains silent.")
PHONE = ("After the tone, say your name", "I am sorry, there is no call parked on that extension. Please try again.")
PAIR = ("a cat meows", "the dog barks")
SOUNDS = ("bell", "horn", "drum")
LETTERS = ("one", "two", "three", "four")

ROWS = [
    # rejected lists
    (VOICES, "Option (B) directly addresses it, while the other options (A, C, D) are less directly related.", 1),
    (VOICES, "Options (A), (C) and (D) describe other sounds; option (B) describes this one.", 1), (VOICES, "A, C and D are wrong, so it is B.", 1),
    (FEELINGS, "The voice trembles, which suggests fear rather than sadness, anger or disgust.", 0), (FEELINGS, "It is anger, not fear, sadness or disgust.", 2),
    (FEELINGS, "It is sadness instead of fear or anger.", 1), (FEELINGS, "Not fear, anger, or disgust. It is sadness.", 1), (VOICES, "B is right. The others (A, C and D) do not fit.", 1),
    (FEELINGS, "The speaker expresses anger. Fear, sadness and disgust can be ruled out.", 2), (VOICES, "(A), (C), and (D) can be eliminated, leaving (B).", 1),
    # verdicts and probabilities per option
    (FOUR, "A: 10%, B: 75%, C: 10%, D: 5%", 1), (FOUR, "A - 0.1\nB - 0.2\nC - 0.6\nD - 0.1", 2), (FOUR, "a: 5%, b: 5%, c: 10%, d: 80%", 3), (FOUR, "piano: 20%, guitar: 70%, violin: 5%, drum: 5%", 1),
    (FOUR, '{"A": 0.1, "B": 0.7, "C": 0.1, "D": 0.1}', 1), (FOUR, '{"A": false, "B": true, "C": false, "D": false}', 1), (FOUR, '{"A": "no", "B": "yes", "C": "no", "D": "no"}', 1),
    (FOUR, '{"a piano": false, "a guitar": false, "a violin": true, "a drum": false}', 2), (FOUR, '{"A": 0, "B": 0, "C": 0, "D": 1}', 3), (FOUR, "A: No\nB: No\nC: Yes\nD: No", 2), (FOUR, "A: false, B: true, C: false, D: false", 1),
    (FOUR, "A ✗ B ✓ C ✗ D ✗", 1), (FOUR, "A. a piano ✗\nB. a guitar ✓\nC. a violin ✗\nD. a drum ✗", 1), (FOUR, "[ ] A\n[x] B\n[ ] C\n[ ] D", 1), (FOUR, "(A) Incorrect. (B) Correct. (C) Incorrect. (D) Incorrect.", 1),
    (FOUR, "A (10%), B (20%), C (60%), D (10%)", 2), (FOUR, "B > A > C > D", 1), (FOUR, "A: 40%, B: 40%, C: 20%", None), (FOUR, '{"A": true, "B": true, "C": false, "D": false}', None), (FOUR, '{"A": false, "B": false, "C": false, "D": false}', None),
    (FOUR, "A: unlikely\nB: likely\nC: unlikely\nD: unlikely", 1), (FOUR, "Piano: incorrect; guitar: correct; violin: incorrect; drum: incorrect", 1), (FOUR, '{"answer": "B", "confidence": 0.9}', 1), (FOUR, '{"reasoning": "A piano is louder.", "answer": "C"}', 2),
    (FOUR, '{"A": "10%", "B": "80%", "C": "5%", "D": "5%"}', 1), (FOUR, "70% B, 20% A, 10% C", 1), (FOUR, '{"choice": "a guitar"}', 1), (FOUR, '[{"option": "B"}]', 1), (FOUR, '["B"]', 1), (FOUR, '{"correct_answer": "D"}', 3),
    # boxes
    (FOUR, "We have \\boxed{\\alpha + A}.\n\n**Answer: B**", 1), (FOUR, "\\boxed{x^2}\n\nSo the answer is C.", 2), (FOUR, "\\boxed{B}", 1), (FOUR, "The answer is $\\boxed{\\textbf{(C)}}$.", 2), (FOUR, "\\boxed{\\text{a drum}}", 3),
    (FOUR, "\\boxed{B}. a guitar", 1), (FOUR, "\\boxed{42}\nFinal answer: D", 3), (FOUR, "\\fbox{A}", 0), (FOUR, "\\boxed{\\mathrm{D}}", 3),
    # run-ons
    (FOUR, "Answer: B\n\nQuestion: Which is louder?\nA. one B. two C. three D. four\nAnswer: C", 1), (FOUR, "B\n<|user|>\nAnd now?\n<|assistant|>\nD", 1), (FOUR, "a guitar\nQ: Which?\nA: a piano. It is also the", 1),
    (FOUR, "C\n\nHuman: thanks\n\nAssistant: D", 2), (FOUR, "B<|im_end|>\n<|im_start|>user\nA?", 1), (FOUR, "B</s>", 1), (FOUR, "D\n\n### Instruction:\nName A or B.", 3), (FOUR, "Question: What is heard? Answer: B", 1), (FOUR, "The answer is B.\nUser: why?\nAssistant: because of A.", 1),
    (FOUR, "Question: Which instrument?\nA. a piano\nB. a guitar\nC. a violin\nD. a drum\nAnswer: C", 2), (FOUR, "B. a guitar\n\nQuestion: What is the mood?\nA. happy\nB. sad\nAnswer: A. happy", 1), (FOUR, "A<|endoftext|>B. C", 0), (FOUR, "[INST] which? [/INST] B", 1),
    (FOUR, "B\n\n问题：哪个？\n答案：C", 1), (FOUR, "C\nExample 2:\nAnswer: A", 2),
    # pseudo tags and brackets
    (FOUR, "<C> B </C>", 1), (FOUR, "<B>", 1), (FOUR, "<guitar>", 1), (FOUR, "<option>C</option>", 2), (FOUR, "<result>a violin</result>", 2), (ROLES, "The harmonic role of the chord 'A7' is <subdominant>.", 2), (ROLES, "The answer is <Mediant>", 3), (FOUR, "<answer>B", 1), (FOUR, "<A></A>", 0),
    # thinking of several families
    (FOUR, "◁think▷A?◁/think▷B", 1), (FOUR, "[THINK]It may be A.[/THINK]C", 2), (FOUR, "<seed:think>A</seed:think>D", 3), (FOUR, "<|channel|>analysis<|message|>A or C?<|end|><|start|>assistant<|channel|>final<|message|>B<|return|>", 1),
    (FOUR, "<thought>A</thought>\nB", 1), (FOUR, "<|begin_of_thought|>A, or C<|end_of_thought|>D", 3), (FOUR, "<reflection>C?</reflection>B", 1), (FOUR, "A is likely</think>B", 1), (FOUR, "<unused94>thought A<unused95>C", 2), (FOUR, "◁think▷It could be A", None), (FOUR, "[THINK]It is B.", None),
    (FOUR, "<think>A</think><answer>B</answer>", 1), (FOUR, "<|think|>A<|/think|>B", 1), (FOUR, "Thinking...\nA?\n...done thinking.\n\nB", 1),
    # words that are no letters
    (LETTERS, '* **have:** /hæv/\n* **a:** /ə/\n* **kind:** /kaɪnd/', None), (LETTERS, 'The article "a" is unstressed.', None), (LETTERS, 'The vowel "a" and the word "I" are weak.', None), (FOUR, "A man speaks over a beat.", None), (FOUR, "The section B of the piece is loud.", None),
    # conclusions
    (PLACES, "(a) Library: quiet.\n(c) Large Social Gathering: this fits.\n(d) Office: formal.\n\nBased on this, the most plausible place is a large social gathering.", 2), (FOUR, "It could be a piano or a violin. The closest one is a violin.", 2),
    (FOUR, "A piano is percussive. A guitar is plucked. The most likely answer is a guitar.", 1), (FOUR, "The options are a piano, a guitar, a violin, a drum. The best match is a drum.", 3), (FOUR, "Of these, B is the most plausible.", 1), (FOUR, "The sound is closest to C.", 2),
    (FOUR, "Piano? Possible. Violin? Possible. I conclude that it is a violin.", 2), (FOUR, "In conclusion, the instrument is a guitar. The piano is absent.", 1), (FOUR, "I would say it's B, although A is similar.", 1), (FOUR, "Given the timbre, this must be a violin.", 2),
    (FOUR, "After weighing a piano against a drum, I settled on the drum.", 3), (FOUR, "I went with B, since it is plucked.", 1), (FOUR, "I decided on the violin rather than the guitar.", 2),
    (("a hair dryer", "a vacuum cleaner"), "hairdryer", 0), (("a hair dryer", "a vacuum cleaner"), "vacuum", 1), (FOUR, "B vitamins are discussed.", None),
    # stated, where others are merely named
    (SINGING, "The technique used in the recording is the inhaled technique. The overall effect has a slight vibrato.", 2), (SINGING, "Below is a summary of the spoken text:\n\nThe singer is using a belting technique.", 0), (SINGING, "It is called 'vocal fry'.", 4),
    # options in other words
    (LISTS, "The harsh sound is made by an electric guitar and a bass guitar.", 2), (LISTS, "violin and piano", 0), (LISTS, "I hear drums and a guitar.", 1), (ORDERS, "First a dog, then a cat, and finally a bird.", 0), (ORDERS, "cat, dog, and bird", 1), (ORDERS, "A bird is followed by a cat and a dog.", 2),
    (LONG, "The cocktail waitress got a promotion.", 0), (LONG, "The woman is opening her own club.", 1), (LONG, "The man lost his keys.", 2), (RHYTHM, "Therefore, the percussion is playing a simple rhythmic pattern.", 0), (RHYTHM, "The percussion stays silent", None),
    (("Piano", "Accordion", "Violin"), "Accordian", 1), (("Piano", "Accordion", "Violin"), "It is an acordion.", 1), (("Saxophone", "Trumpet"), "saxaphone", 0), (("Clarinet", "Bassoon"), "Basoon.", 1), (("tenor", "tension"), "tennor", 0), (VOICES, "The man shouts.", 1), (VOICES, "Someone laughs loudly.", 2), (("increasing", "decreasing"), "It decreases.", 1),
    # alternatives
    (SCENES, "It sounds like they are having a casual gathering or a workout session.", None), (FOUR, "It is a piano or a guitar.", None), (FOUR, "(A) or (B)", None), (FOUR, "The answer is A or B.", None), (("press one to go on or two to stop", "sorry, not understood", "hang up"), "(A) Press one to go on or (B) sorry, not understood.", None),
    # labels beside other texts
    (PAIR, "The correct answer is (A) The dog barks.", None), (PAIR, '(A) The speaker says, "The dog barks."', None), (LETTERS, "(C)\nThe speaker says (D).", 3), (PAIR, "The correct answer is (B) The dog barks.", 1), (PAIR, "A. the dog barks", None),
    (YESNO, "It is not yes.", None), (YESNO, "Yes, it is a dog. No, wait, it is a fox, so no.", 1),
    # refusals that are none, and those that are
    (SOUNDS, "At first there is silence, then a bell rings.", 0), (SOUNDS, "I cannot determine it with certainty, but it sounds like a bell.", 0), (SOUNDS, "As an AI language model, I don't have ears. However, the sound appears to be a horn.", 1), (PHONE, 'The speaker says: "I am sorry, there is no call parked on that extension. Please try again."', 1),
    (SOUNDS, 'The speaker says "I\'m sorry" and then a drum is played.', 2), (SOUNDS, "It is hard to tell, but I hear a horn.", 1), (SOUNDS, "After a moment of silence, a horn blows.", 1), (SOUNDS, "I'm not sure, perhaps a drum.", 2), (SOUNDS, "There is a bell followed by silence.", 0),
    (SOUNDS, "I'm sorry, I cannot process audio. A bell usually rings.", None), (SOUNDS, "I cannot tell whether it is a bell.", None), (SOUNDS, "As an AI, I cannot listen to audio.", None), (SOUNDS, "Unfortunately I can't hear the clip, but based on the question I'd guess a bell.", 0),
]  # fmt: skip

POLAR = [
    ("Yep", 0), ("Yeah.", 0), ("是", 0), ("是的。", 0), ("有", 0), ("没有", 1), ("不是", 1), ("はい", 0), ("いいえ", 1), ("네", 0), ("아니요", 1), ("아니오.", 1), ("نعم", 0), ("لا", 1), ("да", 0), ("Нет.", 1), ("oui", 0), ("Non", 1), ("ja", 0), ("Nein", 1),
    ("sí", 0), ("Sim", 0), ("não", 1), ("It does not.", 1), ("It doesn't.", 1), ("It does.", 0), ("It is.", 0), ("It isn't", 1), ("True", 0), ("False", 1), ("Not really", 1), ("I don't think so.", 1), ("I think so", 0), ("Nope", 1), ("Correct.", 0), ("Incorrect", 1),
    ("Absolutely not.", 1), ("Definitely.", 0), ("Of course", 0), ("Not at all.", 1), ("Affirmative", 0), ("Negative", 1), ("No, there is no such sound, although one notices a yes-like call.", 1), ("There is a dog barking in this audio.", 0), ("There is no dog in this audio.", 1),
    ("No dog can be heard.", 1), ("A dog can be heard.", 0), ("I can hear a dog barking.", 0), ("The recording does not contain a dog.", 1), ("The audio contains barking.", 0), ("I do not hear any dog.", 1), ("Yes, no doubt.", 0), ("It is unclear.", None), ("Maybe", None), ("不，没有狗叫。", 1),
    ("Nein, es gibt keinen Hund.", 1), ("Oui, on entend un chien.", 0), ("No, no hay ningún perro.", 1), ("Yes and no.", None), ("I cannot hear any audio.", None), ("The answer is yes.", 0), ("Answer: No", 1), ("对", 0), ("не", None), ("Sure does.", 0), ("It sure is.", 0), ("Hardly.", 1), ("I'm afraid not.", 1), ("Not as far as I can tell.", 1), ("You bet.", 0),
]  # fmt: skip

CUT = [
    (FOUR, "Let me listen carefully. The first option A", None), (FOUR, "To decide, I compare the options. A. a piano: this would sound bright and", None), (FOUR, "The audio begins with a plucked string. Looking at option C", None), (FOUR, "Okay, so I need to figure out which one it is. A piano would", None),
    (FOUR, "It could be a piano, since the attack is percussive. But the decay", None), (FOUR, "Got it, let's see. If it were a drum, the pitch would", None), (FOUR, "I hear a guitar", None), (FOUR, "Options: A. a piano B. a guitar C. a vio", None), (FOUR, "First, let me consider B, which", None), (FOUR, "Is it B? The sound of", None),
    (FOUR, "The sound is a guitar. Let me check whether it", None), (FOUR, "A", None), (FOUR, "The answer is B. Wait, let me check C, which", None), (FOUR, "<think>The answer is B. But", None), (FOUR, "The violin is", None), (FOUR, "", None), (FOUR, "So the answer would be either A or", None),
    (FOUR, "Answer: B. Because the string is plucked and the", 1), (FOUR, "B", 1), (FOUR, "a guitar", 1), (FOUR, "The answer is C.\n\nExplanation: the bow makes a", 2), (FOUR, "B. a guitar. The sound is plucked, with a", 1), (FOUR, "<answer>D</answer> because", 3), (FOUR, "**B**\n\nThe plucking is", 1), (FOUR, "\\boxed{C} since the", 2),
    (YESNO, "No, there is no such sound in the", 1), (FOUR, "Let me think. It is plucked. Therefore the answer is B. The other options are", 1), (FOUR, "C", 2), (FOUR, "The correct answer is (D) a drum because it", 3),
]  # fmt: skip


@pytest.mark.parametrize(("choices", "output", "index"), ROWS)
def test_kinds(choices, output, index):
    reading = read(choices, output)
    assert reading.index == index, reading
    assert reading.rule or index is None


@pytest.mark.parametrize(("output", "index"), POLAR)
@pytest.mark.parametrize("choices", [YESNO, TRUTH])
def test_yes_and_no(choices, output, index):
    reading = read(choices, output, question="Is there a dog?")
    assert reading.index == index, reading


@pytest.mark.parametrize(("choices", "output", "index"), CUT)
def test_a_reply_cut_by_the_token_limit_counts_where_it_had_concluded(choices, output, index):
    reading = read(choices, output, finish="length")
    assert reading.index == index, reading


def test_what_a_cut_reply_says_is_read_where_it_was_not_cut():
    assert read(FOUR, "I hear a guitar", finish="stop").index == 1
    assert read(FOUR, "I hear a guitar", finish="length").rule == "cut"
