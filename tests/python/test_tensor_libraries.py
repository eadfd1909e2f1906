"""Released libraries on tensors: scikit-learn, SciPy, einops, xarray and dask.array with tensors as chunks."""

import numpy as np
import numrs
import pytest
from numrs import Tensor

RNG = np.random.default_rng(0)


def tensor(x):
    assert type(x) is Tensor
    return x.numpy()


class TestDask:
    da = pytest.importorskip("dask.array")
    da.register_chunk_type(Tensor)
    A = RNG.normal(size=(12, 8))

    CALLS = {
        "add": lambda x, da: x + 1, "compare": lambda x, da: x > 0, "power": lambda x, da: x**2, "reflected": lambda x, da: 2 / (abs(x) + 1),
        "negative": lambda x, da: -x, "exp": lambda x, da: da.exp(x), "divide": lambda x, da: da.divide(x, 3),
        "sqrt": lambda x, da: da.sqrt(abs(x)), "isnan": lambda x, da: da.isnan(x), "sum": lambda x, da: x.sum(axis=0),
        "sum_all": lambda x, da: x.sum(), "prod": lambda x, da: x.prod(axis=1), "any": lambda x, da: (x > 1).any(axis=0),
        "all": lambda x, da: (x > -9).all(), "min": lambda x, da: x.min(axis=1), "max": lambda x, da: x.max(), "mean": lambda x, da: x.mean(axis=0),
        "var": lambda x, da: x.var(axis=0, ddof=1), "std": lambda x, da: x.std(), "nanmean": lambda x, da: da.nanmean(x, axis=0),
        "argmin": lambda x, da: x.argmin(axis=0), "argmax": lambda x, da: x.argmax(axis=1), "cumsum": lambda x, da: x.cumsum(axis=0),
        "median": lambda x, da: da.median(x, axis=0), "histogram": lambda x, da: da.histogram(x, bins=5, range=(-3, 3))[0],
        "topk": lambda x, da: da.topk(x, 3, axis=0), "tensordot": lambda x, da: da.tensordot(x, x, axes=((0,), (0,))),
        "einsum": lambda x, da: da.einsum("ij,ik->jk", x, x), "transpose": lambda x, da: x.T + 0, "where": lambda x, da: da.where(x > 0, x, -x),
        "stack": lambda x, da: da.stack([x, x]), "concatenate": lambda x, da: da.concatenate([x, x]), "reshape": lambda x, da: x.reshape(96),
        "astype": lambda x, da: x.astype("float32"), "take": lambda x, da: x[[3, 1, 7]], "slice": lambda x, da: x[2:9:2, ::-1],
        "newaxis": lambda x, da: x[None, :, 1], "overlap": lambda x, da: x.map_overlap(lambda b: b * 2, depth=1, boundary="none"),
        "overlap_constant": lambda x, da: x.map_overlap(lambda b: b * 2, depth=1, boundary=0),
        "window": lambda x, da: da.lib.stride_tricks.sliding_window_view(x, 3, axis=0), "matmul": lambda x, da: x @ x.T,
        "map_blocks": lambda x, da: x.map_blocks(numrs.exp), "qr": lambda x, da: abs(da.linalg.qr(x.rechunk((6, 8)))[1]),
        "clip": lambda x, da: da.clip(x, -1, 1), "ravel": lambda x, da: x.ravel(), "squeeze": lambda x, da: x[:, :1].squeeze(),
        "broadcast_to": lambda x, da: da.broadcast_to(x, (2, 12, 8)), "outer": lambda x, da: da.outer(x[:, 0], x[:, 1]),
    }  # fmt: skip

    def chunked(self):
        return self.da.from_array(numrs.asarray(self.A), chunks=(5, 4), asarray=False)

    @pytest.mark.parametrize("name", list(CALLS))
    def test_chunks_stay_tensors(self, name):
        lazy = self.CALLS[name](self.chunked(), self.da)
        expected = np.asarray(self.CALLS[name](self.da.from_array(self.A, chunks=(5, 4)), self.da).compute(scheduler="sync"))
        made = lazy.compute(scheduler="sync")
        assert type(made) is Tensor
        np.testing.assert_allclose(made.numpy(), expected, rtol=1e-12, atol=1e-12)
        assert type(lazy._meta) is Tensor or name == "histogram"  # Dask says what histogram gives without asking

    def test_mask_unique_and_setitem(self):
        x = self.chunked()
        np.testing.assert_array_equal(np.asarray(x[x > 0].compute(scheduler="sync")), self.A[self.A > 0])
        np.testing.assert_array_equal(np.asarray(self.da.unique(x.round()).compute(scheduler="sync")), np.unique(self.A.round()))
        y = x + 0
        y[1:3] = 7
        expected = self.A.copy()
        expected[1:3] = 7
        np.testing.assert_array_equal(np.asarray(y.compute(scheduler="sync")), expected)

    def test_dask_wins_mixed_operations(self):
        mixed = numrs.asarray(self.A) + self.chunked()
        assert isinstance(mixed, self.da.Array)
        np.testing.assert_array_equal(np.asarray(mixed.compute(scheduler="sync")), self.A + self.A)


class TestXarray:
    def test_variables_hold_tensors(self):
        xr = pytest.importorskip("xarray")
        a = RNG.normal(size=(4, 6))
        x = xr.DataArray(numrs.asarray(a), dims=("t", "x"))
        assert type(x.data) is Tensor
        for f in (
            lambda v: v + 1, lambda v: v.mean("t"), lambda v: v.sum(), lambda v: v.isel(x=slice(1, 3)), lambda v: v.T,
            lambda v: v.std("x"), lambda v: (v > 0), lambda v: v.where(v > 0, 0.0), lambda v: v.max("t"), lambda v: v - v.mean("x"),
        ):  # fmt: skip
            made, expected = f(x), f(xr.DataArray(a, dims=("t", "x")))
            assert type(made.data) is Tensor
            np.testing.assert_allclose(made.data.numpy(), expected.data, rtol=1e-12)
        y = xr.apply_ufunc(numrs.exp, x)
        np.testing.assert_allclose(tensor(y.data), np.exp(a))


class TestEinops:
    def test_rearrange_reduce_repeat(self):
        einops = pytest.importorskip("einops.array_api")
        a = RNG.normal(size=(2, 6, 4))
        array_api = einops
        t = Tensor(a)
        np.testing.assert_array_equal(tensor(array_api.rearrange(t, "b (h w) c -> b h w c", h=2)), a.reshape(2, 2, 3, 4))
        np.testing.assert_allclose(tensor(array_api.reduce(t, "b h c -> b c", "mean")), a.mean(1))
        np.testing.assert_array_equal(tensor(array_api.repeat(t, "b h c -> b h c k", k=2)), np.repeat(a[..., None], 2, -1))


class TestSciPy:
    def test_functions_of_the_array_api(self):
        signal, special, stats = (pytest.importorskip(f"scipy.{name}") for name in ("signal", "special", "stats"))
        a = RNG.normal(size=(50, 3))
        t = Tensor(a)
        np.testing.assert_allclose(tensor(special.logsumexp(t, axis=0)), special.logsumexp(a, axis=0))
        np.testing.assert_allclose(tensor(special.softmax(t, axis=1)), special.softmax(a, axis=1))
        np.testing.assert_allclose(tensor(special.expit(t)), special.expit(a))
        np.testing.assert_allclose(tensor(stats.zscore(t, axis=0)), stats.zscore(a, axis=0))
        np.testing.assert_allclose(tensor(stats.skew(t, axis=0)), stats.skew(a, axis=0))
        np.testing.assert_allclose(tensor(stats.kurtosis(t, axis=0)), stats.kurtosis(a, axis=0))
        np.testing.assert_allclose(tensor(stats.pearsonr(t[:, 0], t[:, 1]).statistic), stats.pearsonr(a[:, 0], a[:, 1]).statistic)
        np.testing.assert_allclose(tensor(stats.gmean(t**2, axis=0)), stats.gmean(a**2, axis=0))
        np.testing.assert_allclose(tensor(signal.hilbert(t, axis=0)), signal.hilbert(a, axis=0), rtol=1e-9, atol=1e-12)

    @pytest.mark.parametrize(
        ("where", "call"),
        [
            ("ndimage", lambda m, x: m.gaussian_filter(x, 1.5)), ("ndimage", lambda m, x: m.median_filter(x, size=3)),
            ("ndimage", lambda m, x: m.rotate(x, 20.0, order=1)), ("ndimage", lambda m, x: m.binary_dilation(x > 0.5)),
            ("ndimage", lambda m, x: m.label(x > 0.5)[0]), ("ndimage", lambda m, x: m.zoom(x, 1.5, order=1)),
            ("signal", lambda m, x: m.fftconvolve(x, x[:5], axes=0)), ("signal", lambda m, x: m.savgol_filter(x, 7, 2, axis=0)),
            ("signal", lambda m, x: m.resample(x, 20, axis=0)), ("signal", lambda m, x: m.detrend(x, axis=0)),
            ("signal", lambda m, x: m.group_delay((x[0], x[1]), 8)[1]), ("fft", lambda m, x: m.dctn(x)), ("fft", lambda m, x: m.rfft2(x)),
            ("fft", lambda m, x: m.next_fast_len(31) * m.fftshift(x)), ("special", lambda m, x: m.gammaln(abs(x))),
            ("special", lambda m, x: m.xlogy(abs(x), 2.0 + abs(x))), ("special", lambda m, x: m.ndtr(x)),
            ("special", lambda m, x: m.log_softmax(x, axis=0)), ("stats", lambda m, x: m.ttest_ind(x, x + 0.1, axis=0).pvalue),
            ("stats", lambda m, x: m.moment(x, order=3, axis=0)), ("stats", lambda m, x: m.sem(x, axis=0)),
            ("stats", lambda m, x: m.describe(x).variance), ("stats", lambda m, x: m.entropy(abs(x), axis=0)),
            ("stats", lambda m, x: m.rankdata(x, axis=0)), ("stats", lambda m, x: m.quantile(x, 0.3, axis=0)),
            ("cluster.vq", lambda m, x: m.whiten(x)), ("integrate", lambda m, x: m.simpson(x, axis=0)),
            ("integrate", lambda m, x: m.cumulative_trapezoid(x, axis=0)), ("spatial.distance", lambda m, x: m.cdist(x, x[:3])),
        ],
    )  # fmt: skip
    def test_more_of_them(self, where, call):
        """Every one gives the numbers it gives for ndarrays; those that follow the standard give tensors."""
        module = pytest.importorskip(f"scipy.{where}")
        a = np.random.default_rng(1).normal(size=(24, 4))
        wanted, got = call(module, a), call(module, Tensor(a))
        assert type(got) is Tensor or where in ("spatial.distance", "integrate"), type(got)
        np.testing.assert_allclose(np.asarray(got), wanted, rtol=1e-6, atol=1e-9)


class TestScikitLearn:
    @pytest.fixture(autouse=True)
    def dispatch(self):
        sklearn = pytest.importorskip("sklearn")
        with sklearn.config_context(array_api_dispatch=True):
            yield

    def data(self):
        x = RNG.normal(size=(120, 5))
        x[:60] += 1.5
        return x, np.repeat([0, 1], 60)

    def test_pca(self):
        from sklearn.decomposition import PCA

        x, _ = self.data()
        ours, theirs = PCA(3, svd_solver="full").fit(Tensor(x)), PCA(3, svd_solver="full").fit(x)
        np.testing.assert_allclose(tensor(ours.explained_variance_ratio_), theirs.explained_variance_ratio_, rtol=1e-8)
        np.testing.assert_allclose(abs(tensor(ours.transform(Tensor(x)))), abs(theirs.transform(x)), rtol=1e-6, atol=1e-8)

    def test_ridge(self):
        from sklearn.linear_model import Ridge

        x, _ = self.data()
        y = x @ np.arange(1.0, 6.0) + 0.1 * RNG.normal(size=120)
        ours, theirs = Ridge(solver="svd").fit(Tensor(x), Tensor(y)), Ridge(solver="svd").fit(x, y)
        np.testing.assert_allclose(tensor(ours.coef_), theirs.coef_, rtol=1e-8)
        np.testing.assert_allclose(tensor(ours.predict(Tensor(x))), theirs.predict(x), rtol=1e-8)

    def test_linear_discriminant_analysis(self):
        from sklearn.discriminant_analysis import LinearDiscriminantAnalysis as LDA

        x, y = self.data()
        ours, theirs = LDA().fit(Tensor(x), Tensor(y)), LDA().fit(x, y)
        np.testing.assert_array_equal(tensor(ours.predict(Tensor(x))), theirs.predict(x))
        np.testing.assert_allclose(tensor(ours.predict_proba(Tensor(x))), theirs.predict_proba(x), rtol=1e-6, atol=1e-9)

    def test_metrics(self):
        from sklearn import metrics

        _, y = self.data()
        guess = y.copy()
        guess[::7] = 1 - guess[::7]
        for f in (metrics.accuracy_score, metrics.zero_one_loss, metrics.f1_score, metrics.precision_score, metrics.recall_score):
            assert float(f(Tensor(y), Tensor(guess))) == pytest.approx(float(f(y, guess)))
        a, b = RNG.normal(size=50), RNG.normal(size=50)
        for f in (metrics.mean_squared_error, metrics.mean_absolute_error, metrics.r2_score):
            assert float(f(Tensor(a), Tensor(b))) == pytest.approx(float(f(a, b)))
        x, z = RNG.normal(size=(7, 3)), RNG.normal(size=(5, 3))
        np.testing.assert_allclose(tensor(metrics.pairwise.euclidean_distances(Tensor(x), Tensor(z))), metrics.pairwise.euclidean_distances(x, z))

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    @pytest.mark.parametrize(
        "name",
        [
            "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "Normalizer", "Binarizer", "PolynomialFeatures", "KernelCenterer",
        ],
    )  # fmt: skip
    def test_preprocessing(self, name, dtype):
        preprocessing = pytest.importorskip("sklearn.preprocessing")
        x = self.data()[0][:, :3].astype(dtype)
        if name == "KernelCenterer":
            x = x[:20] @ x[:20].T
        ours, theirs = getattr(preprocessing, name)().fit(Tensor(x)), getattr(preprocessing, name)().fit(x)
        wanted = theirs.transform(x)
        got = tensor(ours.transform(Tensor(x)))
        assert got.dtype == wanted.dtype
        np.testing.assert_allclose(got, wanted, rtol=1e-4 if dtype == "float32" else 1e-10, atol=1e-5 if dtype == "float32" else 1e-12)

    def test_labels(self):
        from sklearn.preprocessing import LabelBinarizer, LabelEncoder

        y = np.array([5, 2, 2, 9, 5, 0])
        for kind in (LabelEncoder, LabelBinarizer):
            ours, theirs = kind().fit(Tensor(y)), kind().fit(y)
            np.testing.assert_array_equal(tensor(ours.transform(Tensor(y))), theirs.transform(y))
            np.testing.assert_array_equal(tensor(ours.classes_), theirs.classes_)

    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_classifiers(self, dtype):
        from sklearn.linear_model import LogisticRegression, RidgeClassifier
        from sklearn.naive_bayes import GaussianNB

        x, y = self.data()
        x = x.astype(dtype)
        for kind in (GaussianNB(), LogisticRegression(), RidgeClassifier(solver="svd")):
            theirs = kind.fit(x, y).decision_function(x) if hasattr(kind, "decision_function") else kind.fit(x, y).predict_proba(x)
            ours = kind.fit(Tensor(x), Tensor(y))
            ours = ours.decision_function(Tensor(x)) if hasattr(kind, "decision_function") else ours.predict_proba(Tensor(x))
            np.testing.assert_allclose(tensor(ours), theirs, rtol=0.01, atol=0.01 if dtype == "float32" else 1e-4, err_msg=str(kind))

    def test_mixture_and_kernels(self):
        from sklearn.kernel_approximation import Nystroem
        from sklearn.metrics import pairwise
        from sklearn.mixture import GaussianMixture

        x = self.data()[0]
        start = {"means_init": x[[0, -1]], "weights_init": np.array([0.5, 0.5]), "precisions_init": np.array([np.eye(5)] * 2)}
        theirs = GaussianMixture(2, init_params="random", random_state=0, **start).fit(x)
        start = {name: Tensor(value) for name, value in start.items()}
        ours = GaussianMixture(2, init_params="random", random_state=0, **start).fit(Tensor(x))
        np.testing.assert_allclose(tensor(ours.means_), theirs.means_, rtol=1e-6)
        np.testing.assert_array_equal(tensor(ours.predict(Tensor(x))), theirs.predict(x))
        theirs = Nystroem(n_components=20, random_state=0).fit_transform(x)
        ours = tensor(Nystroem(n_components=20, random_state=0).fit_transform(Tensor(x)))
        np.testing.assert_allclose(ours @ ours.T, theirs @ theirs.T, rtol=1e-6, atol=1e-8)
        kernels = ("rbf_kernel", "polynomial_kernel", "sigmoid_kernel", "laplacian_kernel", "chi2_kernel")
        for name in (*kernels, "cosine_similarity", "manhattan_distances"):
            f, z = getattr(pairwise, name), abs(x[:9])
            np.testing.assert_allclose(tensor(f(Tensor(z), Tensor(z[:4]))), f(z, z[:4]), rtol=1e-8, atol=1e-10, err_msg=name)

    def test_splits_and_search(self):
        from sklearn.linear_model import Ridge
        from sklearn.model_selection import GridSearchCV, cross_val_predict, train_test_split
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        x, _ = self.data()
        y = x @ np.arange(1.0, 6.0)
        for one, other in zip(train_test_split(Tensor(x), Tensor(y), random_state=0), train_test_split(x, y, random_state=0), strict=True):
            np.testing.assert_array_equal(tensor(one), other)
        model = make_pipeline(StandardScaler(), Ridge(solver="svd"))
        np.testing.assert_allclose(tensor(cross_val_predict(model, Tensor(x), Tensor(y))), cross_val_predict(model, x, y), rtol=1e-6)
        search = GridSearchCV(Ridge(solver="svd"), {"alpha": [0.1, 1.0, 10.0]}).fit(Tensor(x), Tensor(y))
        assert search.best_params_ == GridSearchCV(Ridge(solver="svd"), {"alpha": [0.1, 1.0, 10.0]}).fit(x, y).best_params_
