"""How the built-in listener hears, and what it makes of a question.

``wording`` reads the words of a question and its options; ``hearing`` finds levels and events in a waveform;
``pitch`` and ``spectrum`` measure. The other modules each know some kinds of question: a function takes what was
asked and what is heard, and returns how well each option fits, or None if the question is not of its kind.
``understanding`` tries them in turn.
"""
