"""How the adapters ``vllm`` and ``sglang`` start a server of the user's, speak to it and end it."""
