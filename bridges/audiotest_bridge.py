"""The other side of audiotest's ``process`` adapter: one file, no dependencies, Python 3.8 and newer.

Copy it beside a script of your own, in the environment of your model::

    from audiotest_bridge import serve

    def start(options):              # once; options are what --model-option gave
        return load_my_model(options.get("checkpoint", "default"))

    def answer(model, request):      # prompt, audio (paths of WAV files), generation, seed, case
        return model.chat(request["prompt"], request["audio"])

    serve(start, answer, name="my-model")

and run ``pytest suites/ --model "process:python my_script.py"``. To answer whole batches, give
``answer_batch(model, requests)``, which returns a list. An exception costs its own request only; raise
``Unsupported`` for what the model cannot take. ``settings``, ``official`` and ``one_clip`` are what the bridges to
published models share.
"""

import json
import os
import sys
import traceback

PROTOCOL = 1


class Unsupported(Exception):
    """A request that the model cannot take, such as too many clips."""


def settings(options, needed, **others):
    """The options of a bridge, checked: ``needed`` says of each what it is, ``others`` have a default.

    Ends the process with a text that names what is missing and what is unknown. What names a file or a folder becomes
    an absolute path, since some models have to be run in a folder of their own.
    """
    unknown = sorted(set(options) - set(needed) - set(others))
    missing = ["  {}=...  {}".format(name, what) for name, what in needed.items() if not options.get(name)]
    if missing:
        sys.exit("missing, to be given with --model-option:\n" + "\n".join(missing))
    if unknown:
        sys.exit("unknown options: {}; known: {}".format(", ".join(unknown), ", ".join([*needed, *others])))
    given = dict(others, **options)
    return {k: os.path.abspath(v) if isinstance(v, str) and os.path.exists(v) else v for k, v in given.items()}


def official(repo, *folders):
    """Makes code that is no package importable: these folders of ``repo`` go on sys.path, and the first is entered. The
    folder of the bridges leaves it: a bridge may have the name of a package of the model's."""
    places = [os.path.join(repo, folder) for folder in folders or ("",)]
    for place in places:
        if not os.path.isdir(place):
            sys.exit("repo={}: there is no folder {}".format(repo, place))
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = places + [place for place in sys.path if os.path.abspath(place) != here]
    os.chdir(places[0])


def one_clip(request, none=True):
    """The path of a request's only clip, or None without sound. Raises :class:`Unsupported` for several clips, and
    without ``none`` for none."""
    clips = request["audio"]
    if len(clips) > 1 or not (clips or none):
        raise Unsupported("the model takes one clip, not {}".format(len(clips)))
    return clips[0] if clips else None


def serve(start, answer=None, answer_batch=None, name="model"):
    """Answer until the other side goes away. What anybody prints goes to stderr: stdout is the protocol's alone."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    hello = json.loads(sys.stdin.readline() or "{}")
    if hello.get("audiotest") != PROTOCOL:
        sys.exit(f"audiotest speaks version {hello.get('audiotest')!r} of the protocol, this bridge {PROTOCOL}")
    model = start(hello.get("options", {}))
    _write(out, {"audiotest": PROTOCOL, "name": name, "batches": answer_batch is not None})
    for line in sys.stdin:
        message = json.loads(line)
        if message.get("bye"):
            break
        for request, reply in _replies(model, message["requests"], answer, answer_batch):
            _write(out, _said(message, request, reply))


def _replies(model, requests, answer, answer_batch):
    """(request, reply) one after the other; a batch that fails is asked one by one."""
    if answer_batch is not None and len(requests) > 1:
        together = _guarded(answer_batch, model, requests)
        if isinstance(together, list) and len(together) == len(requests):
            for i, request in enumerate(requests):
                yield request, together[i]
            return
    for request in requests:
        if answer is not None:
            yield request, _guarded(answer, model, request)
        else:
            alone = _guarded(answer_batch, model, [request])
            yield request, alone[0] if isinstance(alone, list) else alone


def _guarded(call, *arguments):
    try:
        return call(*arguments)
    except Unsupported as error:
        return {"unsupported": str(error)}
    except Exception as error:
        traceback.print_exc()
        return {"error": f"{type(error).__name__}: {error}"}


def _said(message, request, reply):
    made = {"batch": message["batch"], "index": request["index"]}
    made.update(reply if isinstance(reply, dict) else {"text": str(reply)})
    return made


def _write(out, message):
    out.write(json.dumps(message) + "\n")
    out.flush()
