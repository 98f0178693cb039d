"""How a reply to a multiple-choice question is read.

fold -> region (which part of the reply is the answer) -> mentions (which options are named there, and is each
affirmed or denied) -> decide. The words of language that it goes by stand in ``cues``.
"""
