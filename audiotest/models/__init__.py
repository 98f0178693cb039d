"""Adapters: each module is one, with ``open_model(argument, options)``; model cards stand in ``cards/``."""
