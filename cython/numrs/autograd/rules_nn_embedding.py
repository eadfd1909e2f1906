"""Gradient rules of embeddings and dropout."""

import numrs
from numrs._ops import nn_embedding
from numrs._ops.nn_embedding import (
    dropout2d_with_kept,
    dropout_backward,
    dropout_with_kept,
    embedding_backward,
)
from numrs.autograd import formulas
from numrs.autograd.engine import rule


def _looked_up(grad, given):
    """The gradients of looked up rows; those of padding have none."""
    if given.get("padding_idx") is None:
        return nn_embedding.embedding(given["input"], grad)
    rows = numrs.arange(given["shape"][0]).reshape((-1, 1))
    return nn_embedding.embedding(given["input"], numrs.where(rows == given["padding_idx"] % given["shape"][0], 0.0, grad))


def _dropped(grad, given):
    return dropout_backward(grad, given["p"], given["place"])


@rule("embedding", shapes="weight", function=nn_embedding.embedding, second=formulas.linear_second(
    _looked_up, lambda grad, given: embedding_backward(grad, given["input"], given["shape"][0], given["padding_idx"])))  # fmt: skip
def _(grad, weight, *, input, padding_idx):
    return (embedding_backward(grad, input, weight.shape[0], padding_idx),)


@rule("embedding_lookup", shapes="table", function=nn_embedding.embedding_lookup, second=formulas.linear_second(
    lambda x, given: nn_embedding.embedding_lookup(x, given["indices"]),
    lambda grad, given: embedding_backward(grad, given["indices"], given["shape"][0])))  # fmt: skip
def _(grad, table, *, indices):
    return (embedding_backward(grad, indices, table.shape[0]),)


@rule("dropout", forward=dropout_with_kept, shapes="input", function=nn_embedding.dropout, second=formulas.linear_second(_dropped, _dropped))
def _(grad, input, *, p, place):
    return (dropout_backward(grad, p, place),)


@rule("dropout2d", forward=dropout2d_with_kept, shapes="input", function=nn_embedding.dropout2d, second=formulas.linear_second(_dropped, _dropped))
def _(grad, input, *, p, place):
    return (dropout_backward(grad, p, place),)
