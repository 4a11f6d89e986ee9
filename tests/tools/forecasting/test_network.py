"""The numpy network says what torch said, on the exported weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.errors import ConfigurationError
from assistant.tools.forecasting.network import SHIPPED, forward, load_network, predict

PARITY = json.loads((Path(__file__).parent / "parity.json").read_text(encoding="utf-8"))


def _inputs():
    return (
        np.array(PARITY["monthly"], dtype=np.float32),
        np.array(PARITY["static"], dtype=np.float32),
    )


def test_numpy_equals_torch():
    output = forward(load_network().members[0], *_inputs())
    np.testing.assert_allclose(output.quantiles, PARITY["quantiles"], atol=2e-4)
    np.testing.assert_allclose(output.purposes, PARITY["purposes"], atol=2e-4)
    np.testing.assert_allclose(output.terms, PARITY["terms"], atol=2e-4)


def test_calibrated_quantiles_never_cross():
    output = predict(load_network(), *_inputs())
    assert (np.diff(output.quantiles, axis=-1) >= 0).all()
    np.testing.assert_allclose(output.purposes.sum(axis=1), 1, rtol=1e-5)


def test_weights_are_small_and_have_a_card():
    assert (SHIPPED / "forecaster.safetensors").stat().st_size <= 2_000_000
    assert (SHIPPED / "README.md").is_file()


def test_missing_files_are_a_configuration_error(tmp_path):
    with pytest.raises(ConfigurationError):
        load_network(tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path):
    facts = json.loads((SHIPPED / "forecaster.json").read_text(encoding="utf-8"))
    facts["horizon"] = 18
    (tmp_path / "forecaster.json").write_text(json.dumps(facts), encoding="utf-8")
    (tmp_path / "forecaster.safetensors").write_bytes((SHIPPED / "forecaster.safetensors").read_bytes())
    with pytest.raises(ConfigurationError):
        load_network(tmp_path)
