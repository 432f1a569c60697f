"""Checkpoints of the common code: networks written here as that code writes them, with weights by chance."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from ganvas.engine import session
from ganvas.errors import BadStyle
from ganvas.learn.formats import onnx
from ganvas.learn.formats.pytorch import ClaimedArchitecture, convert_checkpoint, read_checkpoint
from ganvas.learn.methods.protocol import TrainedGenerator
from ganvas.style.file import Style, check_style


class ReferenceResnetBlock(nn.Module):
    """x + conv_block(x)."""

    def __init__(self, width, norm, bias):
        super().__init__()
        half = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3, bias=bias), norm(width)]
        again = [nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3, bias=bias), norm(width)]
        self.conv_block = nn.Sequential(*half, nn.ReLU(True), nn.Dropout(0.5), *again)

    def forward(self, x):
        return x + self.conv_block(x)


def build_reference_resnet(width, norm, blocks, up="transposed"):
    """A ResNet generator, its layers in the usual order."""
    bias = norm is not nn.BatchNorm2d
    layers = [nn.ReflectionPad2d(3), nn.Conv2d(3, width, 7, bias=bias), norm(width), nn.ReLU(True)]
    for wide in (width, 2 * width):
        layers += [nn.Conv2d(wide, 2 * wide, 3, 2, 1, bias=bias), norm(2 * wide), nn.ReLU(True)]
    layers += [ReferenceResnetBlock(4 * width, norm, bias) for _ in range(blocks)]
    for wide, fewer in pairwise((4 * width, 2 * width, width)):
        if up == "transposed":
            layers.append(nn.ConvTranspose2d(wide, fewer, 3, 2, 1, output_padding=1, bias=bias))
        else:
            layers += [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(wide, fewer, 3, bias=bias)]
        layers += [norm(fewer), nn.ReLU(True)]
    model = nn.Module()
    model.model = nn.Sequential(*layers, nn.ReflectionPad2d(3), nn.Conv2d(width, 3, 7), nn.Tanh())
    return model


class ReferenceUnetLevel(nn.Module):
    """One level of a U-Net; the innermost and the outermost are special."""

    def __init__(self, outer, inner, below=None, outermost=False, norm=nn.BatchNorm2d):
        super().__init__()
        self.outermost, bias = outermost, norm is not nn.BatchNorm2d
        down = nn.Conv2d(3 if outermost else outer, inner, 4, 2, 1, bias=bias)
        wide = inner if below is None else 2 * inner
        if outermost:
            layers = [down, below, nn.ReLU(True), nn.ConvTranspose2d(wide, 3, 4, 2, 1), nn.Tanh()]
        else:
            up = [nn.ReLU(True), nn.ConvTranspose2d(wide, outer, 4, 2, 1, bias=bias), norm(outer)]
            middle = [] if below is None else [norm(inner), below]
            layers = [nn.LeakyReLU(0.2, True), down, *middle, *up]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x) if self.outermost else torch.cat([x, self.model(x)], 1)


def build_reference_unet():
    """Five levels of four channels and up."""
    step = ReferenceUnetLevel(32, 32)
    step = ReferenceUnetLevel(32, 32, step)
    step = ReferenceUnetLevel(16, 32, step)
    step = ReferenceUnetLevel(8, 16, step)
    step = ReferenceUnetLevel(4, 8, step)
    model = nn.Module()
    model.model = ReferenceUnetLevel(3, 4, step, outermost=True)
    return model


def make_affine_norm(width):
    """Instance norm with gains."""
    return nn.InstanceNorm2d(width, affine=True)


def make_tracked_norm(width):
    """Instance norm of very old code, which kept statistics."""
    return nn.InstanceNorm2d(width, track_running_stats=True)


REFERENCE_NETWORKS = {
    "resnet9, instance": ("resnet9", lambda: build_reference_resnet(4, nn.InstanceNorm2d, 9)),
    "resnet9, gains": ("resnet9", lambda: build_reference_resnet(4, make_affine_norm, 9)),
    "resnet6, batch": ("resnet6", lambda: build_reference_resnet(4, nn.BatchNorm2d, 6)),
    "resnet6, resize": ("resnet6", lambda: build_reference_resnet(4, nn.InstanceNorm2d, 6, "resize")),
    "unet, batch": ("unet", build_reference_unet),
}


def randomise_weights(model):
    """Weights and statistics of a network that has learnt something, whatever it is."""
    torch.manual_seed(4)
    for weight in model.parameters():
        nn.init.normal_(weight, 1.0 if weight.ndim == 1 else 0.0, 0.15)
    for name, value in model.named_buffers():
        if value.dtype == torch.float32:
            value.copy_(torch.rand_like(value) + (0.5 if "var" in name else -0.5))
    return model.eval()


@pytest.mark.parametrize("kind", REFERENCE_NETWORKS)
def test_our_picture_equals_that_of_their_network(kind, tmp_path):
    network, build = REFERENCE_NETWORKS[kind]
    model = randomise_weights(build())
    torch.save(model.state_dict(), tmp_path / "latest_net_G.pth")
    ours = convert_checkpoint(read_checkpoint(tmp_path / "latest_net_G.pth"), ClaimedArchitecture(network))
    x = torch.rand(1, 3, 64, 128) * 2 - 1
    with torch.no_grad():
        assert (ours(x) - model.model(x)).abs().max() < 1e-5


def test_the_style_file_gives_their_picture_and_says_that_it_looks_at_the_whole(tmp_path):
    model = randomise_weights(build_reference_resnet(4, make_affine_norm, 6))
    torch.save({"epoch": 3, "state_dict": model.state_dict()}, tmp_path / "g.pth")
    ours = convert_checkpoint(read_checkpoint(tmp_path / "g.pth"), ClaimedArchitecture("resnet6"))
    path = tmp_path / "theirs.onnx"
    about = Style("theirs", {"en": "Theirs"}, halo=ours.halo, fixed_halo=ours.fixed_halo, multiple=4)
    style = onnx.write_style(TrainedGenerator(ours, multiple=ours.multiple), about, path)
    assert style.halo is None and check_style(path).fixed_halo == 8 * 6 + 24
    x = torch.rand(1, 3, 96, 64) * 2 - 1
    with torch.no_grad():
        wanted = model.model(x).numpy()
    assert np.abs(session.open_network(path, "fp32")(x.numpy()) - wanted).max() < 2 / 255


def test_statistics_of_very_old_instance_norms_are_left_out(tmp_path):
    model = randomise_weights(build_reference_resnet(4, make_tracked_norm, 6))
    torch.save(model.state_dict(), tmp_path / "old.pth")
    assert convert_checkpoint(read_checkpoint(tmp_path / "old.pth"), ClaimedArchitecture("resnet6")).halo is None


@pytest.mark.parametrize(
    ("network", "hint"), [("resnet9", "Try --network resnet6"), ("unet", "18 convolutions, the first 4x3x7x7")]
)
def test_a_wrong_claim_says_what_the_weights_look_like(network, hint):
    state = build_reference_resnet(4, nn.InstanceNorm2d, 6).state_dict()
    with pytest.raises(BadStyle, match=hint):
        convert_checkpoint(state, ClaimedArchitecture(network))


def test_a_missing_layer_is_an_error():
    state = dict(build_reference_resnet(4, make_affine_norm, 6).state_dict())
    del state["model.12.conv_block.2.weight"], state["model.12.conv_block.2.bias"]
    with pytest.raises(BadStyle, match=r"has \d+ layers with weights, the network \d+"):
        convert_checkpoint(state, ClaimedArchitecture("resnet6"))


class CodeOnLoad:
    """What would run on opening."""

    def __reduce__(self):
        return (print, ("this must never be printed",))


def test_a_checkpoint_with_code_is_refused_and_not_run(tmp_path, capsys):
    torch.save({"model": CodeOnLoad()}, tmp_path / "trap.pth")
    (tmp_path / "plain.pth").write_bytes(pickle.dumps(CodeOnLoad()))
    for name in ("trap.pth", "plain.pth"):
        with pytest.raises(BadStyle, match=r"never run|no PyTorch checkpoint"):
            read_checkpoint(tmp_path / name)
    assert capsys.readouterr().out == ""


def test_what_is_no_checkpoint_says_so(tmp_path):
    (tmp_path / "no.pth").write_bytes(b"no checkpoint")
    for name, words in (("no.pth", "no PyTorch checkpoint|never run"), ("none.pth", "There is no")):
        with pytest.raises(BadStyle, match=words):
            read_checkpoint(tmp_path / name)
    torch.save({"epoch": 3}, tmp_path / "empty.pth")
    with pytest.raises(BadStyle, match=r"no table of tensors"):
        read_checkpoint(tmp_path / "empty.pth")
