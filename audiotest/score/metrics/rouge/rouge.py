"""ROUGE-1, -2, -L and -Lsum with precision, recall and F, as a metric module for ``evaluate``.

A thin door to :mod:`audiotest.score._rouge`, which says what is measured and how.
"""

import datasets
import evaluate

from audiotest.score._rouge import MEASURES, TYPES, figures

_DESCRIPTION = """\
ROUGE (Lin, 2004) by the rouge_score package: precision, recall and F of each type, the mean over the replies,
or one value a reply. With several references the one of the best F counts, for each type."""

_CITATION = """\
@inproceedings{lin-2004-rouge,
  title = {{ROUGE}: A Package for Automatic Evaluation of Summaries},
  author = {Lin, Chin-Yew},
  booktitle = {Text Summarization Branches Out},
  year = {2004},
  pages = {74--81}
}"""

_INPUTS = """\
predictions: list of texts.
references: list of texts, or of lists of texts.
use_stemmer: whether words are reduced by Porter's stemmer first (default False).
average: True (default) for the mean over the replies, False for one value a reply.
Returns a dict: for each type its "precision", "recall" and "fmeasure", and "use_stemmer"."""


class Rouge(evaluate.Metric):  # type: ignore[misc, unused-ignore]
    """ROUGE over lists of predictions and references."""

    def _info(self) -> evaluate.MetricInfo:
        text = datasets.Value("string")
        return evaluate.MetricInfo(
            description=_DESCRIPTION,
            citation=_CITATION,
            inputs_description=_INPUTS,
            features=[
                datasets.Features({"predictions": text, "references": datasets.Sequence(text)}),
                datasets.Features({"predictions": text, "references": text}),
            ],
        )

    def _compute(
        self,
        predictions: list[str],
        references: list[str] | list[list[str]],
        use_stemmer: bool = False,
        average: bool = True,
    ) -> dict[str, object]:
        scores = [
            figures([wanted] if isinstance(wanted, str) else wanted, prediction, use_stemmer=use_stemmer)
            for prediction, wanted in zip(predictions, references, strict=True)
        ]
        result: dict[str, object] = {"use_stemmer": use_stemmer}
        for kind in TYPES:
            values = {measure: [one[kind][measure] for one in scores] for measure in MEASURES}
            result[kind] = {name: sum(v) / len(v) for name, v in values.items()} if average else values
        return result
