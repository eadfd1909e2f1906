"""Recurrent layers: RNN, LSTM, GRU over (N, L, input_size) or, with batch_first=False, (L, N, input_size)."""

import math

import numrs
from numrs import functional as F
from numrs.nn import init
from numrs.nn.module import Module


class _Recurrent(Module):
    """Layers of cells, each with weights (in, gates · hidden) and (hidden, gates · hidden) and their biases."""

    gates = 1

    def __init__(
        self,
        input_size,
        hidden_size,
        num_layers=1,
        bias=True,
        batch_first=True,
        dropout=0.0,
        bidirectional=False,
        *,
        rng=None,
        dtype=None,
    ):
        rng = init.generator(rng)
        bound = 1.0 / math.sqrt(hidden_size)
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.batch_first, self.dropout, self.bidirectional = batch_first, dropout, bidirectional
        self.rng = None  # of dropout; a Model gives one
        ways = 2 if bidirectional else 1

        def uniform(t, rng=None):
            return init.uniform_(t, -bound, bound, rng)

        width = self.gates * hidden_size
        self.weights_in, self.weights_hidden, self.biases_in, self.biases_hidden = [], [], [], []
        for layer in range(num_layers):
            for _ in range(ways):
                size = input_size if layer == 0 else hidden_size * ways
                self.weights_in.append(init.made((size, width), uniform, rng, dtype))
                self.weights_hidden.append(init.made((hidden_size, width), uniform, rng, dtype))
                if bias:
                    self.biases_in.append(init.made((width,), uniform, rng, dtype))
                    self.biases_hidden.append(init.made((width,), uniform, rng, dtype))

    def _bias(self, biases, i):
        return biases[i] if biases else None

    def _start(self, x, state, count):
        n = x.shape[1]
        zeros = numrs.zeros((count, n, self.hidden_size), dtype=x.dtype, device=x.device)
        return zeros if state is None else state

    def _run(self, x, states):
        """One direction of one layer after the other over (L, N, in); states: per cell a tuple of (N, hidden)."""
        ways = 2 if self.bidirectional else 1
        last = []
        for layer in range(self.num_layers):
            results = []
            for way in range(ways):
                i = layer * ways + way
                line = numrs.flip(x, axis=0) if way else x
                # The inputs' part of all steps is one product.
                given = F.linear(line, self.weights_in[i], self._bias(self.biases_in, i))
                steps, state = [], states[i]
                for t in range(line.shape[0]):
                    state = self._cell(given[t], state, i)
                    steps.append(state[0])
                last.append(state)
                y = numrs.stack(steps, axis=0)
                results.append(numrs.flip(y, axis=0) if way else y)
            x = results[0] if ways == 1 else numrs.concat(results, axis=-1)
            if self.dropout and self.training and layer + 1 < self.num_layers:
                x = F.dropout(x, self.dropout, True, rng=init.generator(self.rng))
        return x, last

    def forward(self, x, state=None):
        """The results of the last layer for all steps, and the last state.

        Parameters
        ----------
        x : Tensor
            (N, L, input_size), or (L, N, input_size) where batch_first is False.
        state : Tensor or tuple, optional
            (layers · directions, N, hidden_size) to start from; zeros when not given.

        Returns
        -------
        tuple
            (N, L, hidden_size · directions), and the state.
        """
        if x.ndim != 3 or x.shape[2] != self.input_size:
            raise ValueError(
                f"{type(self).__name__}: x has shape {x.shape}, expected 3 dimensions, the last of {self.input_size}"
            )
        if x.shape[1 if self.batch_first else 0] == 0:
            raise ValueError(f"{type(self).__name__}: x has shape {x.shape}, expected at least one step")
        if self.batch_first:
            x = numrs.swapaxes(x, 0, 1)
        y, last = self._run(x, self._states(x, state))
        if self.batch_first:
            y = numrs.swapaxes(y, 0, 1)
        return y, self._gathered(last)

    def _states(self, x, state):
        count = self.num_layers * (2 if self.bidirectional else 1)
        h = self._start(x, state, count)
        return [(h[i],) for i in range(count)]

    def _gathered(self, last):
        return numrs.stack([state[0] for state in last], axis=0)


class RNN(_Recurrent):
    """h' = tanh(x @ W + b + h @ U + c) (Elman, 1990).

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
        Sizes.
    bias, batch_first, bidirectional : bool
        As PyTorch's, but batch_first is True when not given.
    dropout : float
        Between layers, in training.
    """

    def _cell(self, given, state, i):
        return (numrs.tanh(given + F.linear(state[0], self.weights_hidden[i], self._bias(self.biases_hidden, i))),)


class GRU(_Recurrent):
    """Gated recurrent units (Cho et al., 2014), as PyTorch has them: r, z, n. Parameters as RNN."""

    gates = 3

    def _cell(self, given, state, i):
        n, h = self.hidden_size, state[0]
        own = F.linear(h, self.weights_hidden[i], self._bias(self.biases_hidden, i))
        r = numrs.sigmoid(given[:, :n] + own[:, :n])
        z = numrs.sigmoid(given[:, n : 2 * n] + own[:, n : 2 * n])
        new = numrs.tanh(given[:, 2 * n :] + r * own[:, 2 * n :])
        return (new + z * (h - new),)


class LSTM(_Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997), gates i, f, g, o; the state is (h, c). Parameters as RNN."""

    gates = 4

    def _states(self, x, state):
        count = self.num_layers * (2 if self.bidirectional else 1)
        h, c = (None, None) if state is None else state
        h, c = self._start(x, h, count), self._start(x, c, count)
        return [(h[i], c[i]) for i in range(count)]

    def _cell(self, given, state, i):
        n, (h, c) = self.hidden_size, state
        s = given + F.linear(h, self.weights_hidden[i], self._bias(self.biases_hidden, i))
        c = numrs.sigmoid(s[:, n : 2 * n]) * c + numrs.sigmoid(s[:, :n]) * numrs.tanh(s[:, 2 * n : 3 * n])
        return (numrs.sigmoid(s[:, 3 * n :]) * numrs.tanh(c), c)

    def _gathered(self, last):
        return numrs.stack([state[0] for state in last], axis=0), numrs.stack([state[1] for state in last], axis=0)
