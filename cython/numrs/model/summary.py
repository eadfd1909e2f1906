"""A table of a model's layers, by rich."""

import io

from numrs.autograd import no_grad
from numrs.model.training import mode_of


def _shape(shape):
    return "(" + ", ".join("None" if e is None else str(e) for e in shape) + ("," if len(shape) == 1 else "") + ")"


def _shapes(model):
    """Output shapes of the top layers where the shape of the input is known."""
    found = {}
    if model.input_shape is None:
        return found

    def watch(key):
        def hook(module, arguments, outputs):
            if hasattr(outputs, "shape"):
                found[key] = (None, *outputs.shape[1:])

        return hook

    removers = [layer.register_forward_hook(watch(i)) for i, layer in enumerate(model.layers) if hasattr(layer, "register_forward_hook")]
    try:
        x = model._sample(model.input_shape)
        with mode_of(model.module, False), no_grad():
            model.module(x)
    finally:
        for remove in removers:
            remove()
    return found


def guessed_input(model):
    """The input's shape, from a first layer that knows its size."""
    layers = model.layers
    size = getattr(layers[0], "in_features", None) if layers else None
    return None if size is None else (None, size)


def text(model, width=None):
    """The table as text."""
    from rich.console import Console
    from rich.table import Table

    if model.input_shape is None:
        model.input_shape = guessed_input(model)
    shapes = _shapes(model)
    table = Table(title=f"{model.name}: {type(model.module).__name__}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name, justify in (("layer", "left"), ("type", "left"), ("output shape", "left"), ("parameters", "right")):
        table.add_column(name, justify=justify)
    trained = fixed = 0
    counted = set()
    for i, layer in enumerate(model.layers):
        parameters = [p for p in layer.parameters() if id(p) not in counted] if hasattr(layer, "parameters") else []
        counted |= {id(p) for p in parameters}
        count = sum(p.size for p in parameters)
        trained += count
        waiting = getattr(layer, "weight", 0) is None and hasattr(layer, "build") and not count
        activation = getattr(layer, "activation", None)
        kind = type(layer).__name__ if hasattr(layer, "parameters") else getattr(layer, "__name__", type(layer).__name__)
        table.add_row(str(i), kind + (f" ({activation})" if isinstance(activation, str) else ""), _shape(shapes[i]) if i in shapes else "?",
                      "not built" if waiting else f"{count:,}")  # fmt: skip
    own = [p for p in model.parameters() if id(p) not in counted]  # of the module itself
    trained += sum(p.size for p in own)
    if own:
        table.add_row("", "itself", "", f"{sum(p.size for p in own):,}")
    if hasattr(model.module, "named_buffers"):
        fixed = sum(b.size for _, b in model.module.named_buffers())
    size = sum(t.nbytes for t in model.state_dict().values())
    out = io.StringIO()
    console = Console(file=out, width=width or 100, color_system=None, force_terminal=False)
    console.print(table)
    amount = f"{size / 1024:,.1f} KiB" if size < 1 << 20 else f"{size / (1 << 20):,.1f} MiB"
    console.print(f"{trained:,} parameters" + (f", {fixed:,} numbers that are not trained" if fixed else "") + f", {amount}", highlight=False)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().splitlines())
