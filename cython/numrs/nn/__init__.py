"""Networks: layers, and what they are made of. PyTorch's names; numrs.layers has Keras's for the same classes."""

from numrs import functional
from numrs.nn import init
from numrs.nn.activation import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from numrs.nn.attention import FeedForward, MultiHeadAttention, PositionalEncoding, TransformerEncoderLayer
from numrs.nn.configuration import from_config, register
from numrs.nn.container import ModuleDict, ModuleList, Sequential
from numrs.nn.conv import Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
from numrs.nn.init import manual_seed
from numrs.nn.linear import Bilinear, Embedding, Flatten, Linear, Reshape, Unflatten
from numrs.nn.module import Module, Parameter
from numrs.nn.norm import BatchNorm1d, BatchNorm2d, Dropout, Dropout2d, GroupNorm, InstanceNorm2d, LayerNorm, RMSNorm
from numrs.nn.pool import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool1d,
    AvgPool2d,
    GlobalAvgPool2d,
    GlobalMaxPool2d,
    MaxPool1d,
    MaxPool2d,
)
from numrs.nn.recurrent import GRU, LSTM, RNN

__all__ = [
    "CELU", "ELU", "GELU", "GRU", "LSTM", "RNN", "SELU", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "AvgPool1d", "AvgPool2d",
    "BatchNorm1d", "BatchNorm2d", "Bilinear", "Conv1d", "Conv2d", "ConvTranspose1d", "ConvTranspose2d", "Dropout", "Dropout2d",
    "Embedding", "FeedForward", "Flatten", "GlobalAvgPool2d", "GlobalMaxPool2d", "GroupNorm", "Hardsigmoid", "Hardswish", "Hardtanh",
    "Identity", "InstanceNorm2d", "LayerNorm", "LeakyReLU", "Linear", "LogSigmoid", "LogSoftmax", "MaxPool1d", "MaxPool2d", "Mish",
    "Module", "ModuleDict", "ModuleList", "MultiHeadAttention", "Parameter", "PositionalEncoding", "RMSNorm", "ReLU", "ReLU6",
    "Reshape", "Sequential", "SiLU", "Sigmoid", "Softmax", "Softplus", "Softsign", "Tanh", "TransformerEncoderLayer", "Unflatten",
    "from_config", "functional", "init", "manual_seed", "register",
]  # fmt: skip
