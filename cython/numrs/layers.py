"""Layers by Keras's names: the classes of numrs.nn."""

from numrs.nn import (
    ELU,
    GELU,
    GRU,
    LSTM,
    Activation,
    AvgPool1d,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    Cropping1d,
    Cropping2d,
    Dropout,
    Embedding,
    FeedForward,
    Flatten,
    GaussianNoise,
    GlobalAvgPool1d,
    GlobalAvgPool2d,
    GlobalMaxPool1d,
    GlobalMaxPool2d,
    GroupNorm,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool1d,
    MaxPool2d,
    Module,
    MultiHeadAttention,
    Permute,
    PReLU,
    ReLU,
    RepeatVector,
    Reshape,
    RMSNorm,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
    UnitNormalization,
    UpSampling1d,
    UpSampling2d,
    ZeroPad1d,
    ZeroPad2d,
)
from numrs.nn.norm import _BatchNorm

Layer = Module
Dense = Linear
Conv1D, Conv2D, Conv1DTranspose, Conv2DTranspose = Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d
MaxPool1D, MaxPool2D, AvgPool1D, AvgPool2D = MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d
MaxPooling1D, MaxPooling2D, AveragePooling1D, AveragePooling2D = MaxPool1d, MaxPool2d, AvgPool1d, AvgPool2d
GlobalAvgPool2D = GlobalAveragePooling2D = GlobalAvgPool2d
GlobalMaxPool2D = GlobalMaxPooling2D = GlobalMaxPool2d
GlobalAvgPool1D = GlobalAveragePooling1D = GlobalAvgPool1d
GlobalMaxPool1D = GlobalMaxPooling1D = GlobalMaxPool1d
Cropping1D, Cropping2D, UpSampling1D, UpSampling2D = Cropping1d, Cropping2d, UpSampling1d, UpSampling2d
ZeroPadding1D, ZeroPadding2D = ZeroPad1d, ZeroPad2d
LayerNormalization, GroupNormalization, RMSNormalization = LayerNorm, GroupNorm, RMSNorm


class BatchNormalization(_BatchNorm):
    """Each channel of (N, C), (N, C, L) or (N, C, H, W) over the batch; running statistics in eval(). Parameters as nn.BatchNorm1d."""

    dims = (2, 3, 4)


__all__ = [
    "ELU", "GELU", "GRU", "LSTM", "Activation", "AveragePooling1D", "AveragePooling2D", "AvgPool1D", "AvgPool2D", "BatchNorm1d",
    "BatchNorm2d", "BatchNormalization", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Cropping1D", "Cropping2D", "Dense",
    "Dropout", "Embedding", "FeedForward", "Flatten", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
    "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D",
    "GroupNormalization", "Identity", "Layer", "LayerNormalization", "LeakyReLU", "MaxPool1D", "MaxPool2D", "MaxPooling1D", "MaxPooling2D",
    "MultiHeadAttention", "PReLU", "Permute", "RMSNormalization", "ReLU", "RepeatVector", "Reshape", "Sequential", "SiLU", "Sigmoid",
    "Softmax", "Tanh", "UnitNormalization", "UpSampling1D", "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D",
]  # fmt: skip
