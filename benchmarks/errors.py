"""What stops a benchmark, in one sentence for the person who runs it."""


class BenchError(Exception):
    """A side did not do what was to be measured."""
