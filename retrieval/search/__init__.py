"""Understanding queries and questions, and finding passages for them."""

import os

# Haystack, which runs the searches, reports usage to its makers unless it is told not to before it is imported. What is
# searched for here stays here; who wants those reports sets the variable.
os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "false")
