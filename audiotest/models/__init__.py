"""Adapters: each module is one, with ``open_model(argument, options)``; model cards are in ``cards/``."""
