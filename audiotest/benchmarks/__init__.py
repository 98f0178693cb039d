"""Published benchmarks: from their own released files to a suite. Each module is one benchmark."""
