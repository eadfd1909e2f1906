"""Model: networks with fit, evaluate and predict, their files and what training recorded. docs/training.md tells how to use it."""

from numrs.model.history import History
from numrs.model.model import Model

__all__ = ["History", "Model"]
