"""From a reply to a record: verdicts, judges and embedding models, expectations; rescoring goes the same way."""
