"""Files to samples: what a file is by its bytes, and the two libraries that decode it.

libsndfile decodes what it decodes exactly: wav, aiff, au, caf, flac, Ogg Vorbis and the formats of laboratories. FFmpeg
(PyAV) decodes the rest: MPEG audio, AAC, AC-3, Opus, WMA, WavPack, mp4, webm, and codecs in a wav that libsndfile does
not have. Both hand pieces to a :class:`~audiotest.audio._files.clip.Clip`, which keeps what was asked for.
"""
