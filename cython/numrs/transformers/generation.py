"""Text by a model, token after token: the likeliest, or drawn by temperature, top-k and top-p."""

import numpy as np

import numrs
from numrs.transformers import blocks


def _choose(logits, temperature, top_k, top_p, generator):
    """One token for every line of logits (batch, vocabulary)."""
    if temperature == 0:
        return np.asarray(numrs.argmax(logits, axis=-1))
    scores = numrs.divide(logits.astype(np.float64), temperature)
    order = np.asarray(numrs.argsort(scores, axis=-1, descending=True, stable=True))
    scores = np.take_along_axis(scores, order, axis=-1)
    chances = numrs.exp(numrs.subtract(scores, scores[:, :1]))
    if top_k is not None:
        chances[:, top_k:] = 0
    if top_p is not None:
        before = (
            numrs.cumulative_sum(chances, axis=-1) - chances
        )  # kept: those whose predecessors have less than top_p together
        chances[before >= top_p * numrs.sum(chances, axis=-1, keepdims=True)] = 0
    sums = np.asarray(numrs.cumulative_sum(chances, axis=-1))
    draws = np.asarray(generator.random(len(sums))) * sums[:, -1]
    places = [
        min(int(np.searchsorted(line, draw, side="right")), int(np.count_nonzero(kept)) - 1)
        for line, draw, kept in zip(sums, draws, chances, strict=True)
    ]
    return order[np.arange(len(order)), places]


def generate(
    model, prompt, max_new_tokens=20, *, temperature=0.0, top_k=None, top_p=None, rng=None, eos=None, cache=None
):
    """The prompt and what the model goes on with.

    Parameters
    ----------
    model : GPT2
        Called with tokens and a cache, gives scores of the next one.
    prompt : array_like or Tensor of int
        (batch, length) or (length,).
    max_new_tokens : int, optional
        Fewer where eos ends every line.
    temperature : float, optional
        0: always the likeliest; else scores are divided by it and a token is drawn.
    top_k : int, optional
        Only the k likeliest.
    top_p : float, optional
        Only the likeliest that have this probability together, in (0, 1].
    rng : Generator or int, optional
        Where draws come from.
    eos : int, optional
        The token that ends a line; the line is filled up with it.
    cache : KVCache, optional
        An empty one; made if it is not given.

    Returns
    -------
    ndarray or Tensor
        Tokens, (batch, length + new) or (length + new,).

    Raises
    ------
    ValueError
        A parameter is out of range, or the tokens are more than the model has positions.

    Examples
    --------
    >>> model = numrs.transformers.GPT2(numrs.transformers.GPT2Config(layers=1, heads=2, width=8, vocabulary=11, positions=16), rng=0)
    >>> numrs.transformers.generate(model, [1, 2], 3).shape
    (5,)
    """
    if not isinstance(max_new_tokens, int) or max_new_tokens < 0:
        raise ValueError(f"generate: max_new_tokens is {max_new_tokens!r}, expected an int of at least 0")
    if not 0 <= temperature < float("inf"):
        raise ValueError(f"generate: temperature is {temperature}, expected a number of at least 0")
    if top_k is not None and (not isinstance(top_k, int) or top_k < 1):
        raise ValueError(f"generate: top_k is {top_k!r}, expected an int of at least 1")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"generate: top_p is {top_p}, expected a number in (0, 1]")
    tokens, single = blocks.token_numbers(prompt, model.config.vocabulary, "generate", "prompt")
    batch, length = tokens.shape
    if length + max_new_tokens > model.config.positions:
        raise ValueError(
            f"generate: {length} + {max_new_tokens} tokens, the model has {model.config.positions} positions"
        )
    generator = None
    if temperature:
        from numrs.random import default_rng

        generator = rng if hasattr(rng, "random") else default_rng(rng)
    cache = cache if cache is not None else model.new_cache(batch, length + max_new_tokens)
    result = np.empty((batch, length + max_new_tokens), np.int64)
    result[:, :length] = tokens
    done = np.zeros(batch, bool)
    new = tokens
    for at in range(length, length + max_new_tokens):
        chosen = _choose(np.asarray(model(new, cache, last=True)), temperature, top_k, top_p, generator)
        if eos is not None:
            chosen = np.where(done, eos, chosen)
            done |= chosen == eos
        result[:, at] = chosen
        if eos is not None and done.all():
            result = result[:, : at + 1]
            break
        new = result[:, at : at + 1]
    return blocks.like(result[0] if single else result, prompt)
