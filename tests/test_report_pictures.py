"""Charts and pages look as they did when they were last looked at."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.keep_pictures import FOLDER, grey, pictures

KEPT = sorted(path.stem for path in FOLDER.glob("*.png"))


@pytest.fixture(scope="module")
def present():
    return pictures()


def test_every_picture_is_kept(present):
    assert sorted(present) == KEPT


@pytest.mark.parametrize("name", KEPT)
def test_nothing_moved(present, name):
    now, kept = grey(present[name]), np.asarray(Image.open(FOLDER / f"{name}.png"), dtype=np.float64)
    assert now.shape == kept.shape
    # Edges of letters differ a little between versions of the libraries; a line that moved differs a lot.
    assert np.mean(np.abs(now - kept)) < 2.5
    assert np.mean(np.abs(now - kept) > 96) < 0.01
