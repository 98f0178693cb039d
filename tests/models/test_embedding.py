"""An embedding model of transformers behind --embedder, on a tiny checkpoint that is made here."""

import numpy as np
import pytest

from audiotest.grade.similarities import Similarities
from audiotest.models.loading import ModelError, open_embedder, open_model
from audiotest.predict.store import ReplyStore

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "rain", "wind", "is", "heard", "a", "loud", "bell", "the"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("bert")
    (folder / "vocab.txt").write_text("\n".join(WORDS))
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
                                     intermediate_size=64, max_position_embeddings=64)  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder)
    transformers.BertTokenizer(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("pooling", ["mean", "cls", "last"])
def test_a_text_has_the_same_vector_in_any_batch(checkpoint, pooling):
    model = open_embedder(f"embedding:{checkpoint}", {"pooling": pooling, "batch_size": "3"})
    model.load()
    texts = ["rain", "the loud bell is heard", "wind", "a bell", "rain is heard"]
    together = model.embed(texts)
    assert together.shape == (5, 32)
    alone = np.concatenate([model.embed([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    model.close()


def test_similarities_are_cosines_and_are_kept(checkpoint, tmp_path):
    store = ReplyStore(tmp_path / "replies.sqlite")
    model = open_embedder(f"embedding:{checkpoint}")
    near = Similarities(model, store=store)
    pair = "rain", ("rain", "the loud bell")
    near.submit([pair])
    same, other = near.cosines(pair)
    assert same == pytest.approx(1.0)
    assert -1 <= other < 1
    near.close()

    class Gone:
        name, identity = model.name, model.identity

        def load(self):
            raise AssertionError("was known")

    again = Similarities(Gone(), store=store)
    again.submit([pair])
    assert again.cosines(pair) == (same, other)


def test_other_weights_in_the_same_folder_are_another_model(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = open_embedder(f"embedding:{tmp_path}").identity
    assert open_embedder(f"embedding:{tmp_path}").identity == before
    (tmp_path / "model.safetensors").write_bytes(b"trained further")
    assert open_embedder(f"embedding:{tmp_path}").identity != before


def test_what_cannot_be():
    with pytest.raises(ModelError, match="needs a checkpoint"):
        open_model("embedding")
    with pytest.raises(ModelError, match="did you mean 'pooling'"):
        open_model("embedding:x", {"poling": "mean"})
    with pytest.raises(ModelError, match="one of mean, cls, last"):
        open_model("embedding:x", {"pooling": "max"})
    with pytest.raises(ModelError, match="one of auto, float32"):
        open_model("embedding:x", {"dtype": "half16"})
    with pytest.raises(ModelError, match="gives no embeddings"):
        open_embedder("first")
