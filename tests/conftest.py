"""What holds for every test: Hypothesis says nothing of speed, which the benchmarks measure."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
