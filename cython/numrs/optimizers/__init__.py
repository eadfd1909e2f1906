"""Optimizers over Tensors, clipping of gradients and schedules of learning rates; names and formulas are PyTorch's."""

from numrs._ops.optim import clip_grad_norm_, clip_grad_value_
from numrs.optimizers import schedulers
from numrs.optimizers.optimizer import Optimizer, get, names
from numrs.optimizers.rules import SGD, Adadelta, Adagrad, Adam, AdamW, Lion, NAdam, RAdam, RMSprop

clip_grad_norm, clip_grad_value = clip_grad_norm_, clip_grad_value_

__all__ = [
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "clip_grad_norm",
    "clip_grad_norm_",
    "clip_grad_value",
    "clip_grad_value_",
    "get",
    "names",
    "schedulers",
]
