"""`numrs stats` and the demos: files of every kind, tables, JSON, CSV and pictures, errors in one line."""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import numrs
import pytest
from click.testing import CliRunner
from numrs import _tabular, stats
from numrs.cli import main

VALUES = np.array([1.0, 5.0, np.nan, 2.0, 8.0, 3.0, 4.0])


def run(*arguments, status=0):
    result = CliRunner().invoke(main, [str(a) for a in arguments], prog_name="numrs")
    assert result.exit_code == status, result.output + repr(result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.csv"
    lines = ["day,temp,place,load"]
    for k, v in enumerate(VALUES):
        lines.append(f"2020-01-{k + 1:02},{'' if np.isnan(v) else v},{'abc'[k % 3]},{k}")
    path.write_text("\n".join(lines) + "\n")
    return path


def rows_of(text):
    return list(csv.reader(text.splitlines()))


def test_describe(table):
    facts = json.loads(run("stats", table, "--json").stdout)
    assert list(facts["columns"]) == ["temp", "load"] and facts["rows"] == 7
    present = VALUES[~np.isnan(VALUES)]
    temp = facts["columns"]["temp"]
    assert (
        temp["count"] == 6
        and temp["missing"] == 1
        and temp["mean"] == np.mean(present)
        and temp["median"] == np.median(present)
    )
    text = run("stats", table, "--column", "temp").stdout
    assert "median" in text and "temp" in text and "load" not in text


def test_rolling_columns(table):
    arguments = ["--rolling", "median:3", "--rolling", "mad:3", "--rolling", "quantile:3:0.9"]
    options = {"min_periods": 1, "center": True}
    found = rows_of(
        run(
            "stats",
            table,
            "--column",
            "temp",
            "--index",
            "day",
            *arguments,
            "--min-periods",
            1,
            "--center",
            "--output",
            "-",
        ).stdout
    )
    assert found[0] == ["day", "temp", "temp rolling median 3", "temp rolling mad 3", "temp rolling quantile 3 0.9"]
    assert [row[0] for row in found[1:]] == [f"2020-01-0{k}" for k in range(1, 8)]
    got = np.array([[float(field or "nan") for field in row[1:]] for row in found[1:]])
    want = [
        VALUES,
        stats.rolling_median(VALUES, 3, **options),
        stats.rolling_mad(VALUES, 3, **options),
        stats.rolling_quantile(VALUES, 3, 0.9, **options),
    ]
    np.testing.assert_array_equal(got, np.array(want).T)
    facts = json.loads(run("stats", table, *arguments, "--json").stdout)["columns"]
    assert len(facts) == 8 and facts["load rolling median 3"]["count"] == 5


def test_output_and_picture(table, tmp_path):
    pytest.importorskip("matplotlib")
    out, picture = tmp_path / "out.csv", tmp_path / "out.png"
    text = run(
        "stats",
        table,
        "--rolling",
        "mean:2",
        "--rolling",
        "std:2",
        "--index",
        "day",
        "--output",
        out,
        "--plot",
        picture,
    ).stdout
    assert "columns: " in text and "picture: " in text
    assert picture.read_bytes().startswith(b"\x89PNG")
    again = json.loads(run("stats", out, "--json").stdout)["columns"]
    assert again["temp"]["count"] == 6 and "load rolling std 2" in again


def test_every_statistic(table):
    for name in _tabular.ROLLING:
        spec = f"{name}:3" + (":0.5" if name == "quantile" else "")
        facts = json.loads(run("stats", table, "--column", "load", "--rolling", spec, "--json").stdout)["columns"]
        x = np.arange(7.0)
        want = getattr(stats, f"rolling_{name}")(x, 3, *([0.5] if name == "quantile" else []))
        assert facts[f"load rolling {spec.replace(':', ' ')}"]["count"] == np.sum(~np.isnan(want))


def test_other_files(tmp_path):
    np.save(tmp_path / "one.npy", VALUES)
    np.save(tmp_path / "two.npy", np.arange(12, dtype=np.float32).reshape(6, 2))
    np.save(tmp_path / "named.npy", np.array([(1, 2.0), (3, 4.0)], [("a", "i4"), ("b", "f8")]))
    assert json.loads(run("stats", tmp_path / "one.npy", "--json").stdout)["columns"]["column_1"]["missing"] == 1
    assert json.loads(run("stats", tmp_path / "two.npy", "--json").stdout)["columns"]["column_2"]["max"] == 11
    assert list(json.loads(run("stats", tmp_path / "named.npy", "--json").stdout)["columns"]) == ["a", "b"]
    (tmp_path / "bare.csv").write_text("1;2,5\n3;4\n")  # no header; a decimal comma is text
    assert list(json.loads(run("stats", tmp_path / "bare.csv", "--json").stdout)["columns"]) == ["column_1"]
    (tmp_path / "tabs.txt").write_text("\ufeffa\tb\n1\tNA\n2\tinf\n", encoding="utf-8")
    facts = json.loads(run("stats", tmp_path / "tabs.txt", "--json").stdout)["columns"]
    assert facts["a"]["mean"] == 1.5 and facts["b"]["missing"] == 1 and facts["b"]["max"] is None
    (tmp_path / "one.csv").write_text("x\n1\n2\n\n3\n")
    assert json.loads(run("stats", tmp_path / "one.csv", "--json").stdout)["columns"]["x"]["count"] == 3
    (tmp_path / "empty.csv").write_text("a,b\n")
    assert json.loads(run("stats", tmp_path / "empty.csv", "--json").stdout)["columns"]["a"] == {
        "count": 0,
        "missing": 0,
    }


def test_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    path = tmp_path / "data.parquet"
    parquet.write_table(pa.table({"n": pa.array([1, None, 3]), "name": ["a", "b", "c"], "x": [0.5, 1.5, 2.5]}), path)
    facts = json.loads(run("stats", path, "--json").stdout)["columns"]
    assert list(facts) == ["n", "x"] and facts["n"]["missing"] == 1 and facts["n"]["mean"] == 2
    assert "not numeric: its type is string" in run("stats", path, "--column", "name", status=1).output
    found = rows_of(run("stats", path, "--index", "name", "--column", "x", "--output", "-").stdout)
    assert found == [["name", "x"], ["a", "0.5"], ["b", "1.5"], ["c", "2.5"]]
    path.write_bytes(b"no parquet")
    assert "Error" in run("stats", path, status=1).output


def test_errors(table, tmp_path):
    for arguments, words in (
        (["--column", "nothing"], "has no column 'nothing'; there are day, temp, place, load"),
        (["--index", "nothing"], "has no column 'nothing'"),
        (["--column", "place"], "column 'place' is not numeric: line 2 has 'a'"),
        (["--column", "temp", "--rolling", "mean:3", "--min-periods", "5"], "rolling_mean: min_periods"),
        (["--output", "/proc/none/x.csv"], "cannot write"),
        (["--plot", str(tmp_path / "no" / "x.png")], "cannot write"),
    ):
        result = run("stats", table, *arguments, status=1)
        assert words in result.output and result.output.startswith("Error: ") and result.output.count("\n") == 1
    for text, words in (
        ("", "is empty"),
        ("a,b\n1,2\n3\n", "line 3 has 1 fields, expected 2"),
        ("a,a\n1,2\n", "two columns are called 'a'"),
        ("a\nb\n", "has no numeric column"),
    ):
        (tmp_path / "bad.csv").write_text(text)
        assert words in run("stats", tmp_path / "bad.csv", status=1).output
    (tmp_path / "bad.csv").write_bytes(b"\xff\xfe\x00\x80")
    assert "is not text in UTF-8" in run("stats", tmp_path / "bad.csv", status=1).output
    np.save(tmp_path / "cube.npy", np.zeros((2, 2, 2)))
    assert "3 dimensions" in run("stats", tmp_path / "cube.npy", status=1).output
    (tmp_path / "bad.npy").write_bytes(b"nothing")
    assert "bad.npy" in run("stats", tmp_path / "bad.npy", status=1).output
    for spec in (
        "nonsense:3",
        "mean",
        "mean:0",
        "mean:-1",
        "mean:x",
        "mean:3:4",
        "quantile:3",
        "quantile:3:2",
        "quantile:3:x",
        "cov:3",
        "",
    ):
        assert "--rolling" in run("stats", table, "--rolling", spec, status=2).output
    run("stats", tmp_path / "nowhere.csv", status=2)
    run("stats", table, "--json", "--output", "-", status=2)


@pytest.mark.parametrize(("module", "option"), [("matplotlib", ["--plot", "x.png"]), ("pyarrow", [])])
def test_a_missing_extra_is_named(module, option, table, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    path = table
    if module == "pyarrow":
        path = tmp_path / "x.parquet"
        path.write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    output = run("stats", path, *option, status=1).output
    assert f"needs {module}" in output and "numrs-kernels[" in output


def test_co2(tmp_path):
    facts = json.loads(run("demo", "co2", "--no-picture", "--json").stdout)
    assert facts["weeks"] == 2284 and facts["missing"] == 59
    assert len(facts["outliers"]) == 19 and facts["found_by_std"] == 2
    assert max(facts["outliers"], key=lambda o: abs(o["score"]))["week"] == "1999-09-04"
    assert all(check["largest_difference"] < 1e-12 for check in facts["checks"])
    assert "19 beyond 3.5 by median and MAD" in run("demo", "co2", "--no-picture").stdout
    pytest.importorskip("matplotlib")
    run("demo", "co2", "--out", tmp_path)
    assert (tmp_path / "co2.png").read_bytes().startswith(b"\x89PNG")


def test_the_record_goes_through_stats():
    from numrs.examples import co2

    path = Path(co2.__file__).with_name("co2.csv")
    facts = json.loads(
        run("stats", path, "--index", "date", "--rolling", "median:53", "--min-periods", 20, "--json").stdout
    )
    assert facts["columns"]["co2"]["count"] == 2225 and facts["columns"]["co2 rolling median 53"]["count"] > 2200


def test_adversarial(tmp_path):
    pytest.importorskip("pandas")
    page = tmp_path / "page.md"
    facts = json.loads(run("demo", "adversarial", "--size", 3000, "--markdown", page, "--json").stdout)
    assert len(facts["rows"]) == 11 and {"pandas", "polars"} >= set(facts["versions"]) - {"bottleneck"}
    for row in facts["rows"]:
        ours = row["results"]["numrs"]
        assert ours["ulp"] <= 16, row["case"]
        assert all(entry["ns_per_element"] > 0 for entry in row["results"].values())
    far = next(row for row in facts["rows"] if row["case"] == "rolling std at a mean of 1e+08")
    assert far["results"]["pandas"]["relative_error"] > 1e-9  # what the table is there to show
    assert page.read_text().count("\n| ") == 13 and numrs.__version__ in page.read_text()
    text = run("demo", "adversarial", "--size", 3000).stdout
    assert "spikes" in text and " ns" in text


def test_demo_names():
    run("demo", "nothing", status=2)
