"""What holds for all tests: no property is judged by the clock, so that a busy machine fails nothing.

Fifty examples a property in everyday runs; HYPOTHESIS_PROFILE=thorough takes a thousand.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile("everyday", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("everyday"), max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
