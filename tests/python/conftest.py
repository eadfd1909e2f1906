"""What has to hold before any test module is imported."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # SciPy reads it once, when the first module imports it
