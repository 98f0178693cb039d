"""SALMONN, composed of parts of transformers and a BEATs encoder of our own."""
