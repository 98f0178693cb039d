"""The arguments of MMAU-Pro's instruction-following rules, as a mapping or as the text of one."""

from __future__ import annotations

import json
from typing import Any


def if_kwargs(kwargs: Any) -> Any:
    """``kwargs`` as it stands, or the object that its JSON text holds; another text stays as it is.

    >>> if_kwargs('{"N": 3}'), if_kwargs({"N": 3}), if_kwargs("three")
    ({'N': 3}, {'N': 3}, 'three')
    """
    if not isinstance(kwargs, str):
        return kwargs
    try:
        read = json.loads(kwargs)
    except (ValueError, RecursionError):
        return kwargs
    return read if isinstance(read, dict) or read is None else kwargs
