"""Automatic differentiation: gradients of what is computed from tensors that require them.

The rules are in rules_*.py, one for each function; docs/autograd.md tells how to use it.
"""

from numrs.autograd.checks import gradcheck, gradgradcheck, numerical_gradient
from numrs.autograd.engine import find_rule, known_rules
from numrs.autograd.functions import checkpoint, custom_function
from numrs.autograd.modes import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled
from numrs.autograd.tape import backward, grad, value_and_grad

__all__ = [
    "backward",
    "checkpoint",
    "custom_function",
    "enable_grad",
    "find_rule",
    "grad",
    "gradcheck",
    "gradgradcheck",
    "inference_mode",
    "is_grad_enabled",
    "known_rules",
    "no_grad",
    "numerical_gradient",
    "set_grad_enabled",
    "value_and_grad",
]
