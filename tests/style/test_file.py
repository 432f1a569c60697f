"""Style files: what they say survives the disk, and the hostile ones are told what is wrong with them."""

import base64
import io
import json
import time
from itertools import pairwise

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from ganvas.errors import BadStyle
from ganvas.style import file, operators
from ganvas.style.file import (
    PREVIEW_KEY,
    STYLE_KEY,
    Style,
    check_style,
    load_style,
    rewrite_style,
    save_style,
)
from tests.conftest import blurring, copying, global_norm, inverting
from tests.conftest import network as build
from tests.engine.conftest import local_network, write_local

PLAIN = Style("plain", {"en": "Plain", "zh": "素"}, halo=2, licence="CC0-1.0")


def webp(side: int = 64) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(data, "WEBP")
    return data.getvalue()


def about(**changes) -> dict[str, str]:
    """The metadata of a style, some of it replaced."""
    return {STYLE_KEY: json.dumps({**PLAIN.to_metadata(), **changes}), PREVIEW_KEY: ""}


def write(path, model: onnx.ModelProto, metadata: dict[str, str]):
    """A file with any metadata, past ``save``."""
    helper.set_model_props(model, metadata)
    path.write_bytes(model.SerializeToString())
    return path


def test_what_is_saved_is_loaded(tmp_path):
    rich = Style(
        "monet-2", {"en": "Monet"}, version=3, halo=64, multiple=4, canvas=640, drawing=128, grain=0.1,
        artist="Claude Monet", parity={"fp32": 1e-6},
        scores={"kid": {"mean": 1.5, "error": None}}, recipe={"steps": 10, "data": ["a"]},
        card={"en": {"look": "light"}}, made={"seconds": 1.5}, preview=webp(),
    )  # fmt: skip
    saved = save_style(blurring(), rich, tmp_path / "a.onnx")
    assert load_style(tmp_path / "a.onnx") == saved
    assert saved.to_metadata() == rich.to_metadata()
    assert saved.preview == rich.preview
    assert len(saved.sha256) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_the_hash_follows_the_file(tmp_path):
    first = save_style(blurring(), PLAIN, tmp_path / "a.onnx")
    assert save_style(blurring(), PLAIN, tmp_path / "b.onnx").sha256 == first.sha256
    assert save_style(copying(), PLAIN, tmp_path / "c.onnx").sha256 != first.sha256


def test_saving_leaves_the_model_as_it_was(tmp_path):
    model = blurring()
    before = model.SerializeToString()
    save_style(model, PLAIN, tmp_path / "a.onnx")
    assert model.SerializeToString() == before


def test_a_description_can_be_rewritten_and_the_network_stays(tmp_path):
    path = tmp_path / "a.onnx"
    first = save_style(blurring(), PLAIN, path)
    graph = onnx.load(path).graph.SerializeToString(deterministic=True)
    second = rewrite_style(path, Style(**{**first.to_metadata(), "scores": {"kid": 1.0}}, preview=webp()))
    assert (load_style(path).scores, load_style(path).sha256) == ({"kid": 1.0}, second.sha256)
    assert second.sha256 != first.sha256
    assert onnx.load(path).graph.SerializeToString(deterministic=True) == graph


def test_a_file_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(BadStyle, match="cannot be read"):
        load_style(tmp_path / "missing.onnx")


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x00" * 100, bytes(range(256)) * 10])
def test_other_bytes_are_not_a_style(tmp_path, data):
    path = tmp_path / "a.onnx"
    path.write_bytes(data)
    with pytest.raises(BadStyle, match="not"):
        load_style(path)


def test_a_network_that_says_nothing_is_no_style(tmp_path):
    with pytest.raises(BadStyle, match="does not say what it is"):
        load_style(write(tmp_path / "a.onnx", copying(), {}))


def test_a_file_beyond_the_limit_is_not_read(tmp_path, monkeypatch):
    save_style(blurring(), PLAIN, tmp_path / "a.onnx")
    monkeypatch.setattr(file, "MAX_FILE_BYTES", 100)
    with pytest.raises(BadStyle, match="over"):
        load_style(tmp_path / "a.onnx")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Ünicode"}, {"name": "../up"}, {"name": "a" * 49}, {"name": ""}, {"name": 3},
        {"title": {}}, {"title": "Plain"}, {"title": {"en": 1}}, {"title": {"en": "x" * 5000}},
        {"kind": "virus"}, {"version": 0}, {"version": 1.5}, {"version": True}, {"halo": -1}, {"halo": 513},
        {"halo": "2"}, {"multiple": 0}, {"multiple": 257}, {"canvas": 10}, {"canvas": 10**9}, {"grain": -0.1},
        {"drawing": 63}, {"drawing": True},
        {"grain": 2}, {"grain": float("nan")}, {"texture": 1}, {"texture": True},
        {"artist": "x" * 500}, {"licence": None}, {"scores": []},
        {"card": {"en": "words"}}, {"unknown": 1}, {"artist": "\ud800"},
    ],
    ids=str,
)  # fmt: skip
def test_a_description_out_of_range_is_refused(tmp_path, changes):
    with pytest.raises(BadStyle):
        load_style(write(tmp_path / "a.onnx", blurring(), about(**changes)))


def nested(deep: int) -> dict:
    return {} if deep == 0 else {"in": nested(deep - 1)}


@pytest.mark.parametrize("key", ["scores", "recipe", "made"])
@pytest.mark.parametrize(
    "value", [{"deep": nested(400)}, {"deep": nested(40)}, {"list": [[[10**80]]]}], ids=["400", "40", "number"]
)
def test_a_description_that_not_every_reader_can_take_is_refused(tmp_path, key, value):
    with pytest.raises(BadStyle, match=r"deep|out of range"):
        load_style(write(tmp_path / "a.onnx", blurring(), about(**{key: value})))


@pytest.mark.parametrize("value", [{"a": None}, {"a": "1"}, {"a": {}}, {"a": True}], ids=str)
def test_parity_is_made_of_numbers(tmp_path, value):
    with pytest.raises(BadStyle, match="numbers"):
        load_style(write(tmp_path / "a.onnx", blurring(), about(parity=value)))


def test_a_number_that_overflows_is_refused_wherever_it_stands(tmp_path):
    text = json.dumps({**PLAIN.to_metadata(), "scores": {"kid": 7.25}}).replace("7.25", "1e999")
    with pytest.raises(BadStyle, match="out of range"):
        load_style(write(tmp_path / "a.onnx", blurring(), {STYLE_KEY: text}))


@pytest.mark.parametrize("text", ["", "{", "[]", "1", "null", "[" * 100_000, "{}", '{"name": 1e999}', "x" * 300_000])
def test_a_description_that_is_no_description_is_refused(tmp_path, text):
    with pytest.raises(BadStyle):
        load_style(write(tmp_path / "a.onnx", blurring(), {STYLE_KEY: text}))


@pytest.mark.parametrize("preview", ["%%%", base64.b64encode(b"GIF89a").decode(), "A" * 300_000, "é"])
def test_a_preview_that_is_none_is_refused(tmp_path, preview):
    with pytest.raises(BadStyle, match="preview"):
        load_style(write(tmp_path / "a.onnx", blurring(), {**about(), PREVIEW_KEY: preview}))


def outside() -> onnx.ModelProto:
    model = blurring()
    box = model.graph.initializer[0]
    box.data_location = TensorProto.EXTERNAL
    box.external_data.add(key="location", value="/etc/passwd")
    return model


def branching() -> onnx.ModelProto:
    inner = helper.make_graph([helper.make_node("Identity", ["x"], ["z"])], "inner", [], [])
    return build([helper.make_node("Identity", ["x"], ["y"], body=inner)])


def calling() -> onnx.ModelProto:
    model = copying()
    opsets = [helper.make_opsetid("", 17)]
    model.functions.append(
        helper.make_function("own", "f", ["a"], ["b"], [helper.make_node("Neg", ["a"], ["b"])], opsets)
    )
    return model


def fixed() -> onnx.ModelProto:
    model = copying()
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 64
    return model


def grey() -> onnx.ModelProto:
    model = copying()
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 1
    return model


def two_inputs() -> onnx.ModelProto:
    model = copying()
    model.graph.input.append(helper.make_tensor_value_info("more", TensorProto.FLOAT, [1]))
    return model


def half_precision() -> onnx.ModelProto:
    model = blurring()
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(np.zeros((3, 1, 5, 5), np.float16), "box"))
    return model


def foreign() -> onnx.ModelProto:
    model = build([helper.make_node("Run", ["x"], ["y"], domain="com.example")])
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    return model


def endless() -> onnx.ModelProto:
    return build([helper.make_node("Neg", ["x"], ["y"])] * 5000)


def sharing(axis: int = 1, version: int = 17) -> onnx.ModelProto:
    model = build([helper.make_node("Softmax", ["x"], ["y"], axis=axis)])
    model.opset_import[0].version = version
    return model


INSPECTED = {
    "outside of the file": outside,
    "holds a graph": branching,
    "functions": calling,
    "fixed size": fixed,
    "not float32": grey,
    "other ends": two_inputs,
    "type": half_precision,
    "operator set": foreign,
    "operations": endless,
    "Loop": lambda: build([helper.make_node("Loop", ["x"], ["y"])]),
    "whole picture": global_norm,
}


@pytest.mark.parametrize("wrong", INSPECTED)
def test_a_network_that_may_not_be_run_is_not_even_loaded(tmp_path, wrong):
    with pytest.raises(BadStyle, match=wrong):
        load_style(write(tmp_path / "a.onnx", INSPECTED[wrong](), about()))


def test_a_softmax_is_local_over_the_channels_of_a_pixel_alone(tmp_path):
    check_style(write(tmp_path / "a.onnx", sharing(), about(halo=0)))
    for elsewhere in (sharing(axis=3), sharing(version=12)):
        with pytest.raises(BadStyle, match="whole picture"):
            load_style(write(tmp_path / "a.onnx", elsewhere, about(halo=0)))
        load_style(write(tmp_path / "a.onnx", elsewhere, about(halo=None)))


def constant(name: str, values: object, kind: type) -> onnx.TensorProto:
    return numpy_helper.from_array(np.asarray(values, kind), name)


def shrinking() -> onnx.ModelProto:
    return build([helper.make_node("AveragePool", ["x"], ["y"], kernel_shape=[2, 2], strides=[2, 2])])


def dividing() -> onnx.ModelProto:
    return build([helper.make_node("Sub", ["x", "x"], ["none"]), helper.make_node("Div", ["x", "none"], ["y"])])


def swelling() -> onnx.ModelProto:
    sizes = constant("sizes", [1, 1, 3000, 3000], np.float32)
    nodes = [
        helper.make_node("Resize", ["x", "", "sizes"], ["huge"], mode="nearest"),
        helper.make_node("AveragePool", ["huge"], ["y"], kernel_shape=[3000, 3000], strides=[3000, 3000]),
    ]
    return build(nodes, [sizes])


def mistyped() -> onnx.ModelProto:
    return build([helper.make_node("Gather", ["x", "x"], ["y"])])


TRIED = {
    "keep the size": shrinking,
    "not finite": dividing,
    "too much memory": swelling,
    "cannot be run": mistyped,
}


@pytest.mark.parametrize("wrong", TRIED)
def test_a_network_that_misbehaves_is_refused_by_a_trial(tmp_path, wrong):
    with pytest.raises(BadStyle, match=wrong):
        check_style(write(tmp_path / "a.onnx", TRIED[wrong](), about()))


def test_a_halo_that_is_smaller_than_the_truth_is_refused(tmp_path):
    with pytest.raises(BadStyle, match="says that 1 pixels"):
        check_style(write(tmp_path / "a.onnx", blurring(), about(halo=1)))


def test_a_network_that_takes_too_long_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(operators, "TRIAL_SECONDS", 1)
    wide = constant("wide", np.zeros((3, 3, 101, 101)), np.float32)
    options = {"pads": [50] * 4}
    names = ["x", *(f"x{index}" for index in range(400)), "y"]
    nodes = [helper.make_node("Conv", [a, "wide"], [b], **options) for a, b in pairwise(names)]
    path = write(tmp_path / "a.onnx", build(nodes, [wide]), about())
    begun = time.monotonic()
    with pytest.raises(BadStyle, match="did not finish"):
        check_style(path)
    assert time.monotonic() - begun < 30


def test_a_preview_that_is_too_large_is_refused(tmp_path):
    path = tmp_path / "a.onnx"
    save_style(blurring(), Style(**PLAIN.to_metadata(), preview=webp(2000)), path)
    with pytest.raises(BadStyle, match="preview"):
        check_style(path)


def test_honest_styles_pass(tmp_path):
    write_local(tmp_path, "local")
    save_style(global_norm(), Style("global", {"en": "Global"}), tmp_path / "global.onnx")
    save_style(inverting(), Style("negative", {"en": "Negative"}, halo=0, preview=webp()), tmp_path / "negative.onnx")
    write_local(tmp_path, "laid", texture=True)
    assert {check_style(path).name for path in tmp_path.iterdir()} == {"local", "global", "negative", "laid"}


@pytest.mark.parametrize(("channels", "texture", "wanted"), [(6, False, 3), (3, True, 6)])
def test_a_network_takes_as_many_channels_as_its_style_says(tmp_path, channels, texture, wanted):
    about = Style("laid", {"en": "Laid"}, texture=texture)
    with pytest.raises(BadStyle, match=f"not float32, n x {wanted} x h x w"):
        save_style(local_network(channels), about, tmp_path / "laid.onnx")


def sampler(channels: int = 3) -> onnx.ModelProto:
    """A code of 8 numbers to one picture of 4 x 4."""
    z = helper.make_tensor_value_info("z", TensorProto.FLOAT, ["n", 8])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", channels, 4, 4])
    weights = [
        constant("wide", np.ones((8, channels * 16)), np.float32),
        constant("shape", [-1, channels, 4, 4], np.int64),
    ]
    nodes = [helper.make_node("MatMul", ["z", "wide"], ["flat"]), helper.make_node("Reshape", ["flat", "shape"], ["y"])]
    graph = helper.make_graph(nodes, "sampler", [z], [y], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)


def test_a_sampler_is_checked_too(tmp_path):
    save_style(sampler(), Style("fruit", {"en": "Fruit"}, kind="sampler"), tmp_path / "fruit.onnx")
    assert check_style(tmp_path / "fruit.onnx").kind == "sampler"
    with pytest.raises(BadStyle, match="not float32, n x 3"):
        save_style(sampler(1), Style("fruit", {"en": "Fruit"}, kind="sampler"), tmp_path / "grey.onnx")


def test_the_local_network_is_as_local_as_it_says():
    assert {node.op_type for node in local_network().graph.node} <= operators.LOCAL_OPERATORS
