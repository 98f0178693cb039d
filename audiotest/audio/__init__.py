"""Sound as numpy arrays: decoding, resampling, synthesis, and conditions that act on samples."""
