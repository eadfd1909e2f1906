"""Transformers on numrs kernels: GPT-2 and BERT from a configuration or from safetensors files, a cache of keys and values, generation."""

from numrs.transformers.bert import BERT, BERTConfig
from numrs.transformers.cache import KVCache
from numrs.transformers.generation import generate
from numrs.transformers.gpt2 import GPT2, GPT2Config

__all__ = ["BERT", "BERTConfig", "GPT2", "GPT2Config", "KVCache", "generate"]
