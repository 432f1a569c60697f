import importlib
import re
import sys
from types import SimpleNamespace

import pytest

from ganvas.errors import BadRun, MissingDependency
from ganvas.learn.training import loop, report
from ganvas.learn.training.run import Run
from tests.learn.conftest import make_tiny_recipe


@pytest.fixture(scope="module")
def run(domains, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("run") / "run"
    loop.start_training(make_tiny_recipe("house", domains, 3), folder)
    line = {"diagnosis": "does nothing", "what": "It <b>does</b> nothing.", "change": "Halve content.", "done": ""}
    Run(folder).append_log({"step": 2, **line, "evidence": {"mean difference": 0.001}})
    return Run(folder)


def test_the_report_holds_curves_samples_and_diagnoses_and_fetches_nothing(run):
    page = report.render_run_report(run)
    assert page.count("<polyline") >= 3 and "data:image/jpeg;base64," in page and "mean difference 0.001" in page
    assert "&lt;b&gt;does" in page and "[options]" in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page) and "3 of 3 steps" in page


def test_a_run_that_has_logged_nothing_has_a_report(domains, tmp_path):
    Run(tmp_path).create(make_tiny_recipe("house", domains, 3))
    assert "Nothing is logged yet" in report.render_run_report(Run(tmp_path))


def test_what_is_no_run_has_none(tmp_path):
    with pytest.raises(BadRun):
        report.render_run_report(Run(tmp_path))


def test_tensorboard_gets_every_value_where_it_is_installed(run, tmp_path, monkeypatch):
    written = []
    writer = SimpleNamespace(
        add_scalar=lambda *value: written.append(value),
        add_text=lambda *text: written.append(text),
        add_image=lambda *sheet, **form: None,
        close=lambda: None,
    )
    real = importlib.import_module
    installed = SimpleNamespace(SummaryWriter=lambda folder: writer)
    monkeypatch.setattr(importlib, "import_module", lambda name: installed if "tensorboard" in name else real(name))
    count = report.write_tensorboard(run, tmp_path)
    assert count == len(written) - 1 > 3 and ("doctor", "It <b>does</b> nothing. Halve content.", 2) in written


def test_tensorboard_that_is_missing_says_how_to_get_it(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingDependency, match=r"pip install tensorboard"):
        report.write_tensorboard(run, tmp_path)
