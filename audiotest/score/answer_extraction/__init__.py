"""How a reply to a multiple-choice question is read.

answer_span (which part of the reply is the answer) -> reply (parsed once) -> mentions (which options are named there, and
is each affirmed or negated) -> rules (a declared list; the first that has a reading decides). The words of language that
it goes by are in ``cues/``, one file a language, compiled by ``lexicon``.
"""
