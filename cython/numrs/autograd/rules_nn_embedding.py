"""Gradient rules of embeddings and dropout."""

from numrs._ops import nn_embedding
from numrs._ops.nn_embedding import (
    dropout2d_with_kept,
    dropout_backward,
    dropout_with_kept,
    embedding_backward,
)
from numrs.autograd.engine import rule


@rule("embedding", shapes="weight", function=nn_embedding.embedding)
def _(grad, weight, *, input, padding_idx):
    return (embedding_backward(grad, input, weight.shape[0], padding_idx),)


@rule("embedding_lookup", shapes="table", function=nn_embedding.embedding_lookup)
def _(grad, table, *, indices):
    return (embedding_backward(grad, indices, table.shape[0]),)


@rule("dropout", forward=dropout_with_kept, shapes="input", function=nn_embedding.dropout)
def _(grad, input, *, p, place):
    return (dropout_backward(grad, p, place),)


@rule("dropout2d", forward=dropout2d_with_kept, shapes="input", function=nn_embedding.dropout2d)
def _(grad, input, *, p, place):
    return (dropout_backward(grad, p, place),)
