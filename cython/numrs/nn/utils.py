"""What PyTorch's programs look for in nn.utils: limits of gradients, parameters as one vector."""

import numrs
from numrs.autograd import no_grad
from numrs.optimizers import clip_grad_norm_, clip_grad_value_


def parameters_to_vector(parameters):
    """All parameters as one vector, followed where they are.

    Parameters
    ----------
    parameters : iterable of Tensors
        In the order in which they come.

    Returns
    -------
    Tensor
        One dimension.

    Examples
    --------
    >>> numrs.nn.utils.parameters_to_vector([numrs.ones((2, 1)), numrs.zeros(1)])
    tensor([1., 1., 0.], dtype=float64, device='cpu')
    """
    parts = [numrs.reshape(p, (-1,)) for p in parameters]
    if not parts:
        raise ValueError("parameters_to_vector: there are no parameters")
    return numrs.concat(parts)


def vector_to_parameters(vec, parameters):
    """Stores the numbers of a vector in parameters.

    Parameters
    ----------
    vec : Tensor
        As many numbers as the parameters have together.
    parameters : iterable of Tensors
        In the order of `parameters_to_vector`.

    Raises
    ------
    ValueError
        For another number of elements; nothing is stored then.

    Examples
    --------
    >>> p = numrs.zeros(2)
    >>> numrs.nn.utils.vector_to_parameters(numrs.asarray([1.0, 2.0]), [p])
    >>> p
    tensor([1., 2.], dtype=float64, device='cpu')
    """
    parameters = list(parameters)
    vec = numrs.asarray(vec)
    total = sum(p.size for p in parameters)
    if vec.shape != (total,):
        raise ValueError(f"vector_to_parameters: vec has shape {vec.shape}, expected ({total},)")
    at = 0
    with no_grad():
        for p in parameters:
            p[...] = numrs.reshape(vec[at : at + p.size], p.shape)
            at += p.size


__all__ = ["clip_grad_norm_", "clip_grad_value_", "parameters_to_vector", "vector_to_parameters"]
