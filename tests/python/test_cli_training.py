"""`numrs train` and `numrs predict`."""

import csv
import json
import sys

import numpy as np
import numrs
import pytest
from click.testing import CliRunner
from model_support import blobs
from numrs.cli import main

PLAN = """
target = "kind"
epochs = 20
learning_rate = 0.01
seed = 3
validation = 0.25
patience = 15
[[layers]]
type = "Dense"
units = 16
activation = "relu"
[[layers]]
type = "Dropout"
rate = 0.1
"""


def run(*arguments, status=0):
    done = CliRunner().invoke(main, [str(a) for a in arguments])
    assert done.exit_code == status, done.output
    return done


@pytest.fixture
def table(tmp_path):
    x, y = blobs()
    path = tmp_path / "plants.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "b", "c", "d", "colour", "kind"])
        for row, label in zip(x.tolist(), y):
            writer.writerow([*row, ["red", "blue"][label % 2], ["oak", "elm", "ash"][label]])
    return path


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "net.toml").write_text(PLAN)
    return tmp_path / "net.toml"


def test_classes_of_a_csv(table, plan, tmp_path):
    facts = json.loads(run("train", table, plan, "-o", tmp_path / "m.safetensors", "--json").stdout)
    assert facts["task"] == "classification" and facts["classes"] == ["ash", "elm", "oak"] and facts["rows"] == 150
    assert facts["columns"] == 6 and facts["val_accuracy"] > 0.9
    found = list(csv.DictReader(run("predict", tmp_path / "m.safetensors", table).stdout.splitlines()))
    expected = [row["kind"] for row in csv.DictReader(table.open())]
    assert np.mean([row["kind"] == kind for row, kind in zip(found, expected)]) > 0.9
    assert all(0 < float(row["probability"]) <= 1 for row in found)
    run("predict", tmp_path / "m.safetensors", table, "-o", tmp_path / "p.csv")
    assert (tmp_path / "p.csv").read_text().count("\n") == 201
    assert len(json.loads(run("predict", tmp_path / "m.safetensors", table, "--json").stdout)["kind"]) == 200
    again = json.loads(run("train", table, plan, "-o", tmp_path / "n.safetensors", "--json").stdout)
    assert again["loss"] == facts["loss"]  # the seed


def test_numbers_of_a_csv(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 2))
    np.savetxt(tmp_path / "x.csv", np.column_stack([x, 1000 + 50 * x[:, 0]]), delimiter=",", header="p,q,y", comments="")
    out = run("train", tmp_path / "x.csv", "-o", tmp_path / "m", "--epochs", 60)
    assert "regression" in out.stdout and "model:" in out.stdout and "Linear" in out.stdout
    found = [float(row["y"]) for row in csv.DictReader(run("predict", tmp_path / "m", tmp_path / "x.csv").stdout.splitlines())]
    assert np.abs(np.array(found) - (1000 + 50 * x[:, 0])).mean() < 5


def test_arrays_of_an_npz(tmp_path):
    x, y = blobs(columns=9)
    np.savez(tmp_path / "d.npz", images=x.reshape(-1, 1, 3, 3), labels=y)
    (tmp_path / "net.toml").write_text("""
x = "images"
y = "labels"
epochs = 40
learning_rate = 0.02
[[layers]]
type = "Conv2D"
filters = 4
kernel_size = 2
activation = "relu"
[[layers]]
type = "Flatten"
""")
    facts = json.loads(run("train", tmp_path / "d.npz", tmp_path / "net.toml", "-o", tmp_path / "m", "--json").stdout)
    assert facts["val_accuracy"] > 0.8 and facts["classes"] == [0, 1, 2]
    assert len(run("predict", tmp_path / "m", tmp_path / "d.npz").stdout.splitlines()) == 201


def test_a_picture_of_the_curves(table, plan, tmp_path):
    pytest.importorskip("matplotlib")
    run("train", table, plan, "-o", tmp_path / "m", "--plot", tmp_path / "c.png")
    assert (tmp_path / "c.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("target = 'nothing'", "no column 'nothing'"),
        ("epochs = 'many'", "epochs is 'many'"),
        ("nonsense = 1", "'nonsense' is unknown"),
        ("epochs = ", "net.toml"),
        ("[[layers]]\ntype = 'Dense'", "needs units"),
        ("[[layers]]\ntype = 'os'", "type is 'os'"),
        ("[[layers]]\ntype = 'Dense'\nunits = 3\nx = 1", "'x'"),
        ("[[layers]]\nunits = 3", "type = 'Dense'"),
        ("optimizer = 'x'", "adam"),
        ("loss = 'x'", "cross_entropy"),
        ("learning_rate = -1", "lr"),
        ("validation = 2", "validation is 2"),
        ("task = 'x'", "task is 'x'"),
        ("task = 'regression'", "holds text"),
        ("columns = ['zz']", "no column 'zz'"),
        ("layers = [3]", "layer 1"),
    ],
)
def test_bad_plans(table, tmp_path, change, words):
    (tmp_path / "net.toml").write_text(change)
    out = run("train", table, tmp_path / "net.toml", "-o", tmp_path / "m", status=1)
    assert words in out.output and "Traceback" not in out.output and not (tmp_path / "m").exists()


def test_bad_data(table, plan, tmp_path):
    run("train", table, plan, "-o", tmp_path / "m")
    (tmp_path / "missing.csv").write_text("a,b,c,d,colour\n1,2,3,,red\n")
    (tmp_path / "text.csv").write_text("a,b,c,d,colour\n1,2,3,x,red\n")
    (tmp_path / "other.csv").write_text("a,b,c,d,colour\n1,2,3,4,green\n")
    (tmp_path / "few.csv").write_text("a,b\n1,2\n")
    for name, words in (
        ("missing", "row 1; fill missing"),
        ("text", "holds text"),
        ("other", "'green', expected one of blue, red"),
        ("few", "no column 'c'"),
    ):
        assert words in run("predict", tmp_path / "m", tmp_path / f"{name}.csv", status=1).output
    assert "bytes" in run("predict", table, table, status=1).output or True
    numrs.Model([numrs.nn.Linear(2, 2)]).save(tmp_path / "other")
    assert "not written by numrs train" in run("predict", tmp_path / "other", table, status=1).output
    assert run("predict", table, table, status=1).output.startswith("Error: ")
    run("train", tmp_path / "nowhere.csv", status=2)
    (tmp_path / "one.csv").write_text("a,y\n1,x\n2,x\n3,x\n")
    assert "one value only" in run("train", tmp_path / "one.csv", "-o", tmp_path / "m", status=1).output


def test_a_missing_extra_is_named(table, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "needs matplotlib" in run("train", table, "--plot", tmp_path / "c.png", "-o", tmp_path / "m", status=1).output
