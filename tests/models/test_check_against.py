"""check-model --against: an endpoint is held against the checkpoint that it serves."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
from click.testing import CliRunner
from endpoint import completion
from tiny import qwen2_audio

from audiotest.cli import main
from audiotest.commands.check_model import _requests
from audiotest.models.loading import open_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return qwen2_audio(tmp_path_factory.mktemp("checkpoint"))


def test_an_endpoint_that_serves_the_checkpoint_differs_only_where_its_replies_do(folder, server, monkeypatch):
    model = open_model(f"hf:{folder}")
    model.load()
    asked = _requests(16000, 6, 12)
    replies = {r.prompt: reply.text for r, reply in zip(asked, model.answer(asked), strict=True)}
    assert len(set(replies.values())) > 1
    sent = []

    def serve(handler, text, _count):
        content = server.asked[-1]
        sent.append(content["temperature"])
        handler.send(200, completion(replies[text]))
        return True

    monkeypatch.setattr(server.RequestHandlerClass, "misbehave", serve)
    words = ["check-model", f"openai:m@{server.url}", "--tokens", "6", "--against", f"hf:{folder}", "--questions", "12"]
    same = CliRunner().invoke(main, words)
    assert same.exit_code == 0, same.output
    assert "0 of 12 replies (0.0%) differ" in same.output
    assert set(sent) == {0}
    replies["Describe sound number 10."] += " and more"
    other = CliRunner().invoke(main, words)
    assert other.exit_code == 1
    assert "1 of 12 replies (8.3%) differ" in other.output
    assert " and more" in other.output
