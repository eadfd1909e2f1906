"""Tensors as text, as HTML for notebooks, and as tokens by which Dask tells them apart."""

from html import escape

import numpy as np


def text(t):
    """repr: NumPy's text of the numbers, then dtype and device."""
    numbers = np.array2string(t.cpu().numpy(), separator=", ", prefix="tensor(")
    if t.size == 0 and t.ndim != 1:
        numbers += f", shape={t.shape}"
    end = f"dtype={t.dtype}, device='{t.device}'" + (", requires_grad=True" if t.requires_grad else "") + ")"
    lines = numbers.splitlines() or [""]
    last = len(lines[-1]) + (len("tensor(") if len(lines) == 1 else 0)
    fits = last + 2 + len(end) <= np.get_printoptions()["linewidth"]
    return "tensor(" + numbers + (", " if fits else ",\n" + " " * len("tensor(")) + end


MOST_ROWS, MOST_COLUMNS = 20, 12  # of a table; the rest is "…"


def html(t):
    """A small table of the numbers of one or two dimensions under a line that says what it is."""
    head = escape(f"Tensor {t.shape} {t.dtype} on {t.device}")
    numbers = t.cpu().numpy()
    if not 1 <= t.ndim <= 2 or t.size == 0:
        return f"<div><b>{head}</b><pre>{escape(str(numbers))}</pre></div>"
    rows = numbers if t.ndim == 2 else numbers.reshape(1, -1)
    body = []
    for row in rows[:MOST_ROWS]:
        cells = [np.array2string(x) for x in row[:MOST_COLUMNS]] + ["…"] * (rows.shape[1] > MOST_COLUMNS)
        body.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    if rows.shape[0] > MOST_ROWS:
        body.append("<tr><td>…</td></tr>")
    return f"<div><b>{head}</b><table>{''.join(body)}</table></div>"


def token(t):
    """What is the same for tensors of equal dtype, shape and content, and for no others."""
    from hashlib import blake2b

    content = t.cpu().contiguous().numpy().reshape(-1).view(np.uint8)
    return "numrs.Tensor", str(t.dtype), t.shape, blake2b(content).hexdigest()
