"""Small published weights from a package index: which there are, where they lie, how they are fetched.

``weights:NAME`` in the place of a checkpoint stands for the folder of one of them; cards use it.
"""
