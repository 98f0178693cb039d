"""Rules of published evaluation scripts that several scorers share, and the readers of their judges' lines.

Everything here follows what a script *does*, its defects included; where a module also offers a careful
reading, the two are side by side under the names ``official`` and ``careful``.
"""
