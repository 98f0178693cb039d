"""How the adapter ``hf`` loads, asks and reads any audio-text model of transformers."""
