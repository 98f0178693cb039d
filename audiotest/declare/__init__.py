"""YAML to suites, cases and trials: schema validation, conditions on text, prompts."""
