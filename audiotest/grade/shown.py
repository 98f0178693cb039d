"""What a recorded model was really shown, where the recording says so and it is not what this suite shows."""

from __future__ import annotations

from audiotest.declare.conditions.view import View
from audiotest.types import Reply


def as_shown(view: View, reply: Reply | None) -> View:
    """``view`` with its options in the order in which the reply says that they were shown (``details["choices"]``); as
    it stands where the reply says nothing, or names other options."""
    shown = reply.details.get("choices") if reply is not None else None
    if not isinstance(shown, list | tuple) or len(shown) != len(view.choices):
        return view
    free = dict(enumerate(" ".join(choice.split()) for choice in view.choices))
    places = []
    for option in shown:
        place = next((i for i, choice in free.items() if choice == " ".join(str(option).split())), None)
        if place is None:
            return view
        free.pop(place)
        places.append(place)
    return view.reordered(tuple(places))
