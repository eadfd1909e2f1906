"""What training recorded: a value for each epoch of each loss and metric, and a picture of them."""

from numrs.callbacks import Callback


class History(Callback):
    """The record of a run of `Model.fit`: `history` is a dict of lists, one value for each epoch.

    Examples
    --------
    >>> numrs.History().history
    {}
    """

    def __init__(self):
        self.history, self.epoch, self.params = {}, [], {}

    def on_epoch_end(self, epoch, logs=None):
        """Records an epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __len__(self):
        return len(self.epoch)

    def __repr__(self):
        last = ", ".join(f"{name} {values[-1]:.4g}" for name, values in self.history.items() if values)
        return f"History({len(self.epoch)} epochs{': ' + last if last else ''})"

    def plot(self, path=None, *, names=None, title=None):
        """Draws the curves, losses on the left and everything else on the right.

        Parameters
        ----------
        path : str or path, optional
            Where to save the picture.
        names : sequence of str, optional
            Which curves; those of validation data come along. All when not given.
        title : str, optional
            A line above.

        Returns
        -------
        matplotlib.figure.Figure
            The picture.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        ValueError
            For a name that was not recorded.
        """
        try:
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.figure import Figure
        except ImportError:
            raise ImportError("History.plot needs matplotlib: pip install 'numrs-kernels[bench]'") from None
        known = [name for name in self.history if not name.startswith("val_")]
        for name in names or ():
            if name not in self.history:
                raise ValueError(f"History.plot: {name!r} was not recorded, only {', '.join(self.history)}")
        wanted = [n for n in (known if names is None else names)]
        left = [n for n in wanted if n.removeprefix("val_") == "loss"]
        right = [n for n in wanted if n not in left]
        groups = [group for group in (left, right) if group] or [[]]
        figure = Figure(figsize=(5.2 * len(groups), 3.6), layout="constrained")
        FigureCanvasAgg(figure)
        colors = ("#2a7f62", "#b23a48", "#3b6ea5", "#c98a2b", "#6b5b95")
        ticks = [e + 1 for e in self.epoch]
        for axis, group in zip(figure.subplots(1, len(groups), squeeze=False)[0], groups):
            for color, name in zip(colors * (1 + len(group) // len(colors)), group):
                axis.plot(ticks[-len(self.history[name]) :], self.history[name], color=color, label=name, marker="o" if len(ticks) < 3 else "")
                beside = f"val_{name}"
                if beside in self.history and beside not in group:
                    axis.plot(ticks[-len(self.history[beside]) :], self.history[beside], color=color, linestyle="--", label=beside,
                              marker="o" if len(ticks) < 3 else "")  # fmt: skip
            axis.set_xlabel("epoch")
            axis.spines[["top", "right"]].set_visible(False)
            if group:
                axis.legend(frameon=False)
        if title:
            figure.suptitle(title)
        if path is not None:
            figure.savefig(path, dpi=130)
        return figure
