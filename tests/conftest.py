"""Its folder is where tests find the modules they share; property tests are never timed."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
