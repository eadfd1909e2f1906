"""The command line `numrs`: version, cpuinfo, info, config, bench, stats, train, predict, calibrate, test, demo. Exit codes 0 (done),
1 (failed), 2 (usage)."""

import functools
import json
import math
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

import numrs
from numrs import config as _config
from numrs._ops import runtime


def _drop_output():
    """Sends what is still buffered nowhere: the reader has gone or the disk is full, and the end of Python would complain again."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())
    except (OSError, AttributeError, ValueError):
        pass  # no standard output, or not a file


class _Group(click.Group):
    """Turns errors of the library into one line and exit status 1; --debug shows the traceback."""

    def invoke(self, context):
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort, OSError):
            raise
        except Exception as error:
            if context.params.get("debug"):
                raise
            raise click.ClickException(" ".join(str(error).split()) or type(error).__name__) from None

    def main(self, *args, standalone_mode=True, **kwargs):
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **kwargs)
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                if sys.stdout is not None:
                    sys.stdout.flush()
        except BrokenPipeError:
            _drop_output()
        except OSError as error:
            _drop_output()
            click.echo(f"Error: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""), err=True)
        sys.exit(1)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug):
    """Numeric kernels: facts, benchmarks, self-test and demos of this installation; statistics of files, networks trained on them."""


def _json_option(function):
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def _print_json(value):
    click.echo(json.dumps(value, indent=2))


def _table(title, rows, columns=("", "")):
    table = Table(title=title, title_justify="left", show_header=any(columns))
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console().print(table)


def _bytes(count):
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:g} {unit}" if unit == "B" else f"{count:.3g} {unit}"
        count /= 1024
    return ""


@main.command()
@_json_option
def version(as_json):
    """Versions of the package and of the C library."""
    facts = {"numrs": numrs.__version__, "library": runtime.library_version(), "abi": runtime.library_abi()}
    if as_json:
        _print_json(facts)
    else:
        click.echo(f"numrs {facts['numrs']} (library {facts['library']}, ABI {facts['abi']})")


@main.command()
@_json_option
def cpuinfo(as_json):
    """Processor, cores, caches and SIMD level of this machine."""
    info, simd = numrs.get_cpu_info(), numrs.simd_info()
    if as_json:
        _print_json({**info, "simd": simd})
        return
    features = " ".join(k[4:] for k, v in info.items() if k.startswith("has_") and v)
    _table("cpu", [
        ("processor", info["brand"] or info["vendor"] or "unknown"),
        ("cores", f"{info['physical_cores']} physical, {info['logical_cores']} logical, {info['usable_cores']} usable"),
        ("SIMD level", f"{simd['isa']} ({simd['width_bytes']} bytes: {simd['width_doubles']} doubles)"),
        ("SIMD available", ", ".join(simd["available"]) or "none"),
        ("caches", f"L1d {_bytes(info['l1d_bytes'])}, L2 {_bytes(info['l2_bytes'])}, L3 {_bytes(info['l3_bytes'])}"),
        ("features", features),
    ])  # fmt: skip


@main.command()
@_json_option
def info(as_json):
    """Everything about this installation: build, run time, machine."""
    facts = numrs.show_config(mode="dicts")
    if as_json:
        _print_json(facts)
        return
    for title, part in facts.items():
        _table(title, part.items())


@main.command("config")
@click.option("--cflags", is_flag=True, help="Compiler flags to use the C header.")
@click.option("--libs", is_flag=True, help="Linker flags to use the C library.")
@click.option("--pkgconfigdir", is_flag=True, help="Folder of numrs.pc, for PKG_CONFIG_PATH.")
@click.option("--cmakedir", is_flag=True, help="Folder of the CMake configuration, for numrs_DIR.")
@click.option("--includedir", is_flag=True, help="Folder of the headers.")
@click.option("--libdir", is_flag=True, help="Folder of the library.")
@click.option("--version", "show_version", is_flag=True, help="Version of the library.")
@_json_option
def config(as_json, **wanted):
    """What a C build needs; without an option all of it."""
    include, library = _config.get_include(), _config.get_library_dir()
    facts = {
        "cflags": f"-I{include}",
        "libs": f"-L{library} -l:libnumrs.so.1 -Wl,-rpath,{library}",
        "pkgconfigdir": os.path.join(library, "pkgconfig"),
        "cmakedir": os.path.join(library, "cmake", "numrs"),
        "includedir": include,
        "libdir": library,
        "version": numrs.__version__,
    }
    chosen = [name.replace("show_", "") for name, on in wanted.items() if on]
    if as_json:
        _print_json({name: facts[name] for name in chosen or facts})
    elif chosen:
        click.echo(" ".join(facts[name] for name in chosen))
    else:
        for name, value in facts.items():
            click.echo(f"{name}: {value}")


def _commit():
    """Commit of the checkout in the current folder, for the record of a benchmark."""
    import subprocess

    try:
        done = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, timeout=5, check=False)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def _need_matplotlib(option="--plots"):
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise click.ClickException(f"{option} needs matplotlib: pip install 'numrs-kernels[bench]'") from None


def _need_writable(path):
    """Before minutes of work for a file that cannot be written."""
    folder = os.path.dirname(os.path.abspath(path))
    if not os.access(folder, os.W_OK) or (os.path.exists(path) and not os.access(path, os.W_OK)):
        raise click.ClickException(f"cannot write {path}")


@main.command()
@click.argument("groups", nargs=-1)
@click.option("--size", type=click.IntRange(1, 1 << 30), help="Elements per array instead of the usual sizes.")
@click.option("--iterations", type=click.IntRange(1, 100_000), help="Samples per case instead of a time budget.")
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="Threads for every library; 1 pins the process to one core."
)
@click.option(
    "--peers", default="numpy", show_default=True, help="Libraries to compare with, by commas: numpy, scipy, torch, jax …"
)
@click.option("--quick", is_flag=True, help="Fewer cases.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, allow_dash=True), help="Write one JSON line per case ('-': the screen).")
@click.option("--plots", type=click.Path(file_okay=False), help="Draw a picture per group into this folder.")
def bench(groups, size, iterations, threads, peers, quick, json_file, plots):
    """Measure against other libraries, in turns in one process.

    GROUP is elementwise, math, reductions, linalg, rolling, order, fft, random, tensor, nn, training or transformers."""
    from numrs.bench import peers as known
    from numrs.bench import runner

    wanted = [p.strip() for p in peers.split(",") if p.strip() and p.strip() != "none"]
    for name in wanted:
        if name not in known.NAMES:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(known.NAMES)}", param_hint="--peers")
    for name in groups:
        if name not in runner.GROUPS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(runner.GROUPS)}", param_hint="GROUP")
    if json_file not in (None, "-"):
        _need_writable(json_file)
    if plots:
        _need_matplotlib()
    os.environ.setdefault("NUMRS_COMMIT", _commit())
    console = Console(stderr=json_file == "-")

    def report(result):
        if console.is_terminal:
            console.print(f"  {result['case']:<44} {result.get('ratio', float('nan')):6.2f}", highlight=False, markup=False)

    results, missing = runner.run(
        groups, wanted=wanted, threads=threads, size=size, iterations=iterations, quick=quick or bool(size), report=report)
    if json_file == "-":
        for result in results:
            click.echo(json.dumps(result, sort_keys=True))
    elif json_file:
        runner.write_json(results, json_file)
    names = list(dict.fromkeys(["numrs", *(n for r in results for n in r["microseconds"]), *wanted]))
    table = Table(title=f"microseconds (best), {threads} thread(s); ratio = fastest peer / numrs", title_justify="left")
    table.add_column("case")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("ratio", justify="right")
    table.add_column("goal", justify="right")
    for result in results:
        ratio, goal = result.get("ratio"), result["goal"]
        style = "" if ratio is None else "green" if ratio >= (goal or 1.0) else "yellow" if ratio >= 0.9 else "red"
        cells = []
        for name in names:
            if name in result["microseconds"]:
                cells.append(f"{result['microseconds'][name]['min']:,.3g}" if result["microseconds"][name]["min"] < 100 else
                             f"{result['microseconds'][name]['min']:,.0f}")  # fmt: skip
            else:
                cells.append("wrong" if name in result["rejected"] else "")
        table.add_row(Text(result["case"]), *cells, f"[{style}]{ratio:.2f}[/{style}]" if style else "", f"{goal:g}" if goal else "")
    console.print(table)
    for name in missing:
        console.print(f"not installed: {name} (pip install {name})")
    for result in results:
        for name, problem in result["rejected"].items():
            console.print(f"{result['case']}: {name} {problem}", highlight=False)
    if plots:
        for path in runner.plot(results, plots):
            console.print(f"picture: {path}", highlight=False)
    if any("numrs" in result["rejected"] for result in results):
        raise click.ClickException("a result of numrs differs from NumPy's")


def _rolling_options(context, parameter, texts):
    from numrs._tabular import Rolling

    try:
        return [Rolling(text) for text in texts]
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def _figure(value):
    """A number of a table: whole ones in full, others with six digits."""
    return "" if value is None or value != value else str(value) if isinstance(value, int) else f"{value:.6g}"


@main.command("stats")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--column", "names", multiple=True, metavar="NAME", help="Column to look at; again for more. Without it all numeric ones.")
@click.option("--rolling", "windows", multiple=True, metavar="STAT:WINDOW", callback=_rolling_options,
              help="Moving statistic of each column, such as median:51, mad:51 or quantile:51:0.9; again for more.")  # fmt: skip
@click.option("--min-periods", type=click.IntRange(0), metavar="N", help="Values that a window must have; usually all.")
@click.option("--center", is_flag=True, help="Windows around each row instead of before it.")
@click.option("--index", metavar="NAME", help="Column that labels the rows of --output and the axis of --plot.")
@click.option("--output", type=click.Path(dir_okay=False, allow_dash=True), help="Write columns and moving statistics as CSV ('-': the screen).")
@click.option("--plot", type=click.Path(dir_okay=False), help="Draw them into this picture.")
@_json_option
def stats_of_file(file, names, windows, min_periods, center, index, output, plot, as_json):
    """Describe the columns of FILE (CSV, .npy or .parquet) and follow them through moving windows.

    Fields that are empty or say NA, NaN or null are missing values.

    Example: numrs stats co2.csv --index date --column co2 --rolling median:53 --rolling mad:53 --plot co2.png
    """
    from numrs import _tabular

    if as_json and output == "-":
        raise click.UsageError("--json and --output - both write to the screen")
    for path in (output, plot):
        if path not in (None, "-"):
            _need_writable(path)
    if plot:
        _need_matplotlib("--plot")
    try:
        columns, labels = _tabular.choose(file, _tabular.read(file), names, index)
        options = {"min_periods": min_periods, "center": center}
        rolled = {name: {window: window(x, **options) for window in windows} for name, x in columns.items()}
    except (ValueError, TypeError) as error:
        raise click.ClickException(str(error)) from None
    everything = {}
    for name, x in columns.items():
        everything[name] = x
        everything |= {f"{name} {window.label}": y for window, y in rolled[name].items()}
    facts = {name: _tabular.describe(x) for name, x in everything.items()}
    if output == "-":
        _tabular.write_csv(sys.stdout, (index or "row", labels), everything)
    elif output:
        with open(output, "w", newline="", encoding="utf-8") as target:
            _tabular.write_csv(target, (index or "row", labels), everything)
    if plot:
        _tabular.draw(plot, os.path.basename(file), labels, columns, rolled)
    if as_json:
        rows = len(next(iter(columns.values())))
        json_facts = {name: {k: v if isinstance(v, int) or math.isfinite(v) else None for k, v in f.items()} for name, f in facts.items()}
        _print_json({"file": file, "rows": rows, "columns": json_facts, "output": output, "plot": plot})
    elif output != "-":
        shown = list(facts)
        statistics = list(max(facts.values(), key=len))
        for start in range(0, len(shown), 4):
            part = shown[start : start + 4]
            _table(file if start == 0 else "", [(s, *(_figure(facts[name].get(s)) for name in part)) for s in statistics], ("", *part))
        for path, what in ((output, "columns"), (plot, "picture")):
            if path:
                click.echo(f"{what}: {path}")


@main.command()
@click.argument("data", type=click.Path(exists=True, dir_okay=False))
@click.argument("network", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option("--output", "-o", type=click.Path(dir_okay=False), default="model.safetensors", show_default=True, help="The model file.")
@click.option("--target", metavar="NAME", help="The column to predict; the last one without it.")
@click.option("--epochs", type=click.IntRange(0), help="How often all rows are gone through.")
@click.option("--seed", type=click.IntRange(0), help="The same seed gives the same model.")
@click.option("--device", metavar="NAME", help="Where to train, such as cuda:0; the CPU without it.")
@click.option("--plot", type=click.Path(dir_okay=False), help="Draw the learning curves into this picture.")
@_json_option
def train(data, network, output, target, epochs, seed, device, plot, as_json):
    """Train a network on DATA (CSV, .npy, .parquet, or .npz with arrays x and y).

    NETWORK is a TOML file; without it there is one hidden layer of 64 units:

    \b
    target = "species"        # column; with an .npz: x = "images", y = "labels"
    epochs = 50
    optimizer = "adam"
    learning_rate = 0.001
    validation = 0.2          # the share of rows that is held out
    [[layers]]
    type = "Dense"
    units = 32
    activation = "relu"

    The last layer, of as many units as there are classes, is added.
    """
    from numrs import _training
    from numrs.model.progress import level_of

    _need_writable(output)
    if plot:
        _need_writable(plot)
        _need_matplotlib("--plot")
    try:
        plan = _training.read_plan(network)
        plan |= {key: value for key, value in (("target", target), ("epochs", epochs), ("seed", seed)) if value is not None}
        if device is not None:
            numrs.zeros(1, device=device)  # is it there?
        model, facts = _training.train(data, plan, 0 if as_json else level_of("train", "auto"), device or "cpu")
    except (ValueError, TypeError, RuntimeError) as error:
        raise click.ClickException(str(error)) from None
    model.save(output)
    if plot:
        model.history.plot(plot, title=os.path.basename(data))
    if as_json:
        _print_json({**_training.finite(facts), "output": output, "plot": plot})
        return
    click.echo(model.summary_text())
    _table("trained", [(key, ", ".join(map(str, value)) if isinstance(value, list) else _figure(value) if isinstance(value, float) else value)
                       for key, value in facts.items() if value is not None])  # fmt: skip
    click.echo(f"model: {output}")
    if plot:
        click.echo(f"picture: {plot}")


@main.command()
@click.argument("model", type=click.Path(exists=True, dir_okay=False))
@click.argument("data", type=click.Path(exists=True, dir_okay=False))
@click.option("--output", "-o", type=click.Path(dir_okay=False, allow_dash=True), default="-", show_default=True, help="CSV ('-': the screen).")
@_json_option
def predict(model, data, output, as_json):
    """Predictions of MODEL, which numrs train wrote, for the rows of DATA."""
    from numrs import _training

    if output != "-":
        _need_writable(output)
    try:
        names, columns = _training.predict(model, data)
    except (ValueError, TypeError) as error:
        raise click.ClickException(str(error)) from None
    if as_json:
        _print_json(dict(zip(names, columns)))
    elif output == "-":
        _training.write_csv(sys.stdout, names, columns)
    else:
        with open(output, "w", newline="", encoding="utf-8") as target:
            _training.write_csv(target, names, columns)
        click.echo(f"predictions: {output}")


def _saved(path):
    """The saved calibration; None where there is none."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        raise click.ClickException(f"{path} is not JSON; numrs calibrate --reset removes it") from None


@main.command()
@click.option("--show", is_flag=True, help="Print the saved thresholds and where they are saved.")
@click.option("--reset", is_flag=True, help="Forget the saved thresholds.")
@_json_option
def calibrate(show, reset, as_json):
    """Measure this machine's thresholds and save them for the next start."""
    path = Path(_config.calibration_path())
    if show and reset:
        raise click.UsageError("--show and --reset exclude each other")
    if reset:
        path.unlink(missing_ok=True)
        facts = {"file": str(path), "saved": None}
    elif show:
        facts = {"file": str(path), "saved": _saved(path), "in force": runtime.get_thresholds()}
    else:
        from numrs.calibration import calibrate as measure

        saved = measure()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(saved, indent=2) + "\n")
        os.replace(temporary, path)
        facts = {"file": str(path), "saved": saved, "in force": runtime.get_thresholds()}
    if as_json:
        _print_json(facts)
    else:
        rows = [("file", facts["file"])]
        rows += [(key, value) for key, value in (facts["saved"] or {"saved": "nothing"}).items()]
        rows += [(f"in force: {key}", value) for key, value in facts.get("in force", {}).items()]
        _table("calibration", rows)


@main.command("test")
@_json_option
def self_test(as_json):
    """Test the installed library against NumPy on every backend and instruction set."""
    from numrs import selftest

    places = []
    passed, failures = selftest.run(lambda place, good, bad: places.append((place, good, bad)))
    if as_json:
        _print_json({"passed": passed, "failed": failures, "places": [{"place": p, "passed": g, "failed": b} for p, g, b in places]})
    else:
        _table("self-test", places, ("place", "passed", "failed"))
        for failure in failures:
            click.echo(f"failed: {failure}", err=True)
        click.echo(f"{passed} passed, {len(failures)} failed")
    if failures:
        raise SystemExit(1)


@main.command()
@click.argument("name", type=click.Choice(["digits", "co2", "adversarial"]), default="digits")
@click.option("--out", type=click.Path(file_okay=False), default=".", show_default=True, help="Folder for the picture.")
@click.option("--no-picture", is_flag=True, help="Draw nothing.")
@click.option("--size", type=click.IntRange(2000, 10_000_000), default=200_000, show_default=True, help="adversarial: elements of a series.")
@click.option("--markdown", type=click.Path(dir_okay=False), help="adversarial: write the table as a page, too.")
@_json_option
def demo(name, out, no_picture, size, markdown, as_json):
    """Show what the library does on data, every number checked.

    \b
    digits       handwritten digits read by nearest neighbour, beside NumPy,
                 and by a network that learns it
    co2          outliers in the weekly CO2 record of Mauna Loa by rolling
                 median and MAD, beside NumPy
    adversarial  moving windows after spikes and far from zero: errors and
                 times beside pandas, Bottleneck and polars
    """
    {"digits": _demo_digits, "co2": _demo_co2}.get(name, functools.partial(_demo_adversarial, size, markdown))(
        None if no_picture else Path(out) / f"{name}.png", as_json)


def _print_timings(facts):
    _table("times", [(t["step"], f"{t['numrs_ms']:.3f}", f"{t['numpy_ms']:.3f}", f"{t['ratio']:.2f}") for t in facts["timings"]],
           ("step", "numrs ms", "NumPy ms", "ratio"))  # fmt: skip
    _table("checked against NumPy", [(c["name"], c["values"], f"{c['largest_difference']:.1e}") for c in facts["checks"]],
           ("step", "values", "largest difference"))  # fmt: skip


def _demo_digits(picture, as_json):
    from numrs import demo as digits

    facts = digits.run(picture)
    if as_json:
        _print_json(facts)
        return
    _table("per class", [(c["digit"], c["images"], f"{c['mean_ink']:.1f}", f"{c['std_ink']:.1f}", f"{c['brightest']:.1f}") for c in facts["classes"]],
           ("digit", "images", "mean ink", "std", "brightest mean pixel"))  # fmt: skip
    _print_timings(facts)
    click.echo(f"nearest neighbour: accuracy {facts['accuracy']:.2%}: {facts['misread']} of 898 digits misread")
    found = facts["network"]
    click.echo(f"network of {found['parameters']:,} parameters: {found['epochs']} epochs of {found['trained_on']} digits in "
               f"{found['seconds']:.2f} s, accuracy {found['accuracy']:.2%} of {found['held_out']} held out")  # fmt: skip
    if "picture" in found:
        click.echo(f"picture: {found['picture']}")
    if "picture" in facts:
        click.echo(f"picture: {facts['picture']}")


def _demo_co2(picture, as_json):
    from numrs.examples import co2

    facts = co2.run(picture)
    if as_json:
        _print_json(facts)
        return
    _table("weeks that do not fit", [(o["week"], f"{o['ppm']:.1f}", f"{o['off_by']:+.2f}", f"{o['score']:+.1f}", f"{o['score_by_std']:+.1f}")
                                     for o in facts["outliers"]], ("week", "ppm", "off by", "score by median, MAD", "by mean, std"))  # fmt: skip
    _print_timings(facts)
    click.echo(f"{facts['weeks']} weeks, {facts['missing']} missing: {len(facts['outliers'])} beyond {co2.LIMIT} by median and MAD, "
               f"{facts['found_by_std']} by mean and standard deviation")  # fmt: skip
    if "picture" in facts:
        click.echo(f"picture: {facts['picture']}")


def _demo_adversarial(size, markdown, picture, as_json):
    from numrs.bench import adversarial

    if markdown:
        _need_writable(markdown)
    os.environ.setdefault("NUMRS_COMMIT", _commit())
    facts = adversarial.run(size)
    if markdown:
        Path(markdown).write_text(adversarial.markdown(facts))
    if as_json:
        _print_json(facts)
        return
    names = ["numrs", *(name for name in adversarial.PEERS if name in facts["versions"])]
    table = Table(title="worst relative error against exact arithmetic, and time per element", title_justify="left")
    table.add_column("series")
    for name in names:
        table.add_column(name, justify="right")
    for row in facts["rows"]:
        table.add_row(row["case"], *("\n".join(adversarial.cell(row["results"][name])) for name in names))
    Console().print(table)
    click.echo("The last digit of float64 is 2e-16 of a value, of float32 1e-7. No window that was looked at holds a spike itself.")
    for name in facts["missing"]:
        click.echo(f"not installed: {name} (pip install {name})")
