"""The networks: sizes, halos, and what stands in their papers."""

import pytest
import torch

from ganvas.learn.nets.contrastive import ProjectionHeads, encode_feature_maps, sample_positions
from ganvas.learn.nets.dcgan import DcganDiscriminator
from ganvas.learn.nets.factory import GeneratorOptions, build_generator
from ganvas.learn.nets.features import VggFeatures
from ganvas.learn.nets.local import BinomialBlur, LocalGenerator, LocalOptions, RegionSpread, compute_openness
from ganvas.learn.nets.norms import make_norm
from ganvas.learn.nets.projected import ProjectedDiscriminator, extract_features

SMALL_LOCAL = LocalOptions((4, 4, 8), 2)


def count_millions_of_weights(network) -> float:
    """The number of weights."""
    return sum(weight.numel() for weight in network.parameters()) / 1e6


@pytest.mark.parametrize(("name", "wanted"), [("resnet9", 11.4), ("resnet6", 7.8), ("unet", 54.4)])
def test_a_classic_generator_has_as_many_weights_as_the_papers_code_has(name, wanted):
    assert count_millions_of_weights(build_generator(GeneratorOptions(name, dropout=0.5))) == pytest.approx(
        wanted, abs=0.05
    )


@pytest.mark.parametrize("name", ["local", "resnet6", "unet"])
def test_a_generator_keeps_the_size(name):
    generator = build_generator(GeneratorOptions(name, channels=4, depth=5, local=SMALL_LOCAL)).eval()
    x = torch.rand(2, 3, 64, 96)
    y = generator(x)
    assert y.shape == x.shape and y.abs().max() <= 1


@pytest.mark.parametrize("norm", ["batch", "pixel", "none"])
@pytest.mark.parametrize("up", ["transposed", "resize"])
def test_a_resnet_with_a_local_norm_is_decided_by_its_halo(norm, up):
    generator = build_generator(GeneratorOptions("resnet6", channels=4, norm=norm, up=up)).eval()
    size = 2 * generator.halo + 40
    x = torch.rand(1, 3, size, size)
    middle, edge = size // 2 // 4 * 4, generator.halo
    near = x[:, :, middle - edge : middle + edge + 4, middle - edge : middle + edge + 4]
    with torch.no_grad():
        apart = generator(x)[:, :, middle : middle + 4, middle : middle + 4]
        apart = apart - generator(near)[:, :, edge : edge + 4, edge : edge + 4]
    assert apart.abs().max() < 1e-5


def test_a_norm_over_the_whole_picture_has_no_halo():
    assert build_generator(GeneratorOptions("resnet6", channels=4)).halo is None


def test_softening_keeps_what_is_flat_and_takes_what_alternates():
    soften = BinomialBlur(2)
    flat = torch.full((1, 2, 8, 8), 3.0)
    assert torch.equal(soften(flat), flat)
    rows, columns = torch.meshgrid(torch.arange(8), torch.arange(8), indexing="ij")
    for pattern in (rows % 2, columns % 2, (rows + columns) % 2):
        alternating = (2.0 * pattern - 1).expand(1, 2, 8, 8)
        assert soften(alternating)[:, :, 1:-1, 1:-1].abs().max() < 1e-6


def test_cells_are_squares_of_one_colour_and_decided_by_their_halo():
    generator = LocalGenerator(LocalOptions((4, 4, 8), 2, cells=True)).eval()
    x = torch.rand(1, 3, 160, 160)
    with torch.no_grad():
        y = generator(x)
        edge = generator.halo
        near = generator(x[:, :, 80 - edge : 84 + edge, 80 - edge : 84 + edge])[:, :, edge : edge + 4, edge : edge + 4]
    assert torch.equal(y, y[:, :, ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3))
    assert (y[:, :, 80:84, 80:84] - near).abs().max() < 1e-6


def test_fine_blocks_see_a_little_farther_and_the_halo_says_so():
    torch.manual_seed(1)
    plain, fine = (LocalGenerator(LocalOptions((4, 4, 8), 1, fine=fine)).eval() for fine in (0, 2))
    for block in (*fine.blocks, *fine.fine):
        torch.nn.init.normal_(block.second.weight, std=0.3)
    x = torch.rand(1, 3, 160, 160)
    halo = fine.halo
    with torch.no_grad():
        whole = fine(x)[:, :, 80:84, 80:84]
        near = fine(x[:, :, 80 - halo : 84 + halo, 80 - halo : 84 + halo])[:, :, halo : halo + 4, halo : halo + 4]
    assert halo > plain.halo
    assert (whole - near).abs().max() < 1e-6


def test_noise_is_laid_on_the_way_up_once_it_is_learnt_and_decided_by_its_halo():
    torch.manual_seed(1)
    generator = LocalGenerator(LocalOptions((4, 4, 8), 2), noise_channels=3).eval()
    photo, noise = torch.rand(1, 3, 160, 160), torch.randn(1, 3, 160, 160)
    x = torch.cat([photo, noise], 1)
    with torch.no_grad():
        assert torch.equal(generator(x), generator(torch.cat([photo, 0 * noise], 1)))  # nothing of it at first
        for layer in (generator.laid.at_half, generator.laid.at_full):
            torch.nn.init.normal_(layer.weight, std=0.1)
        whole, halo = generator(x), generator.halo
        near = generator(x[:, :, 80 - halo : 84 + halo, 80 - halo : 84 + halo])[:, :, halo : halo + 4, halo : halo + 4]
        flat = generator(torch.cat([torch.zeros_like(photo), noise], 1))
    assert whole.shape == photo.shape
    assert flat[:, :, 64:96, 64:96].std() > 0.01
    assert (whole[:, :, 80:84, 80:84] - near).abs().max() < 1e-6


def test_far_blocks_see_the_figure_as_a_whole_and_so_have_no_halo():
    torch.manual_seed(1)  # of such narrow networks some have no living path
    generator = build_generator(GeneratorOptions("local", local=LocalOptions((4, 4, 8), 1, far=2))).eval()
    for block in (generator.far.there, *generator.far.blocks, generator.far.back, *generator.blocks):
        torch.nn.init.normal_(block.second.weight, std=0.1)
    x = torch.rand(1, 3, 128, 128)
    other = x.clone()
    other[:, :, :16, :16] = 0
    with torch.no_grad():
        apart = (generator(x) - generator(other)).abs()
    assert generator.halo is None and generator.multiple == 16
    assert apart[:, :, 64:80, 64:80].max() > 0, "a corner is seen in the middle"


def test_a_tanh_with_headroom_learns_on_where_paper_is_white():
    generator = LocalGenerator(LocalOptions((4, 4, 8), 1, headroom=0.25))
    torch.nn.init.zeros_(generator.leave.weight)
    torch.nn.init.constant_(generator.leave.bias, torch.atanh(torch.tensor(0.8)).item())
    y = generator(torch.rand(1, 3, 16, 16))
    y.mean().backward()
    assert y.mean().item() == pytest.approx(1.0, abs=1e-5), "as white as paper"
    assert generator.leave.bias.grad is not None and generator.leave.bias.grad.sum() > 0.4, "and not at an end"


@pytest.mark.parametrize("size", [28, 64, 128])
def test_dcgan_makes_and_judges_each_size(size):
    generator = build_generator(GeneratorOptions("dcgan", channels=4, size=size, noise=10, norm="batch"))
    pictures = generator(torch.randn(3, 10))
    assert pictures.shape == (3, 3, size, size)
    assert DcganDiscriminator(3, size, 4, "batch", False)(pictures)[0].shape == (3, 1, 1, 1)


@pytest.mark.parametrize("kind", ["batch", "instance", "affine-instance", "group", "pixel", "none"])
def test_every_norm_keeps_the_shape(kind):
    assert make_norm(kind, 12)(torch.rand(2, 12, 5, 5)).shape == (2, 12, 5, 5)


@pytest.mark.parametrize("name", ["local", "resnet6"])
def test_encoders_give_five_maps_whose_projections_have_length_one(name):
    maps = encode_feature_maps(
        build_generator(GeneratorOptions(name, channels=4, local=SMALL_LOCAL)), torch.rand(2, 3, 32, 32)
    )
    found = ProjectionHeads([x.shape[1] for x in maps])(maps, sample_positions(maps, 9))
    assert len(maps) == 5 and all(x.shape == (2, 9, 256) for x in found)
    assert all(torch.allclose(x.norm(dim=2), torch.ones(2, 9), atol=1e-4) for x in found)


def test_layers_are_looked_at_whole_at_half_size_and_in_the_middle():
    features, x = VggFeatures("2_2"), torch.rand(1, 3, 64, 96)
    found = extract_features(features, x, ("2_1", "/1_2", "@1_2", "@2_2"))
    assert {name: tuple(seen.shape[1:]) for name, seen in found.items()} == {
        "2_1": (128, 32, 48), "/1_2": (64, 32, 48), "@1_2": (64, 32, 48), "@2_2": (128, 16, 24),
    }  # fmt: skip
    assert torch.equal(found["@1_2"], features(x[:, :, 16:48, 24:72], ["1_2"])["1_2"])
    heads = ProjectedDiscriminator(("/1_2", "@1_2"), 4, spectral=False)
    heads.calibrate(features, x)
    assert [tuple(logits.shape) for logits in heads(found)] == [(1, 1, 32, 48)] * 2


def test_features_are_frozen_and_let_gradients_through():
    features, x = VggFeatures("1_2"), torch.rand(1, 3, 16, 16, requires_grad=True)
    features(x, ["1_2"])["1_2"].sum().backward()
    assert x.grad.abs().sum() > 0 and not any(weight.requires_grad for weight in features.parameters())


def test_far_blocks_leave_no_frame_around_a_flat_picture():
    torch.manual_seed(1)
    generator = LocalGenerator(LocalOptions((4, 4, 8), 1, far=1)).eval()
    flat = torch.full((1, 3, 48, 80), 0.4)
    with torch.no_grad():
        made, framed = generator(flat), generator.apply_output_activation(generator.predict_raw(flat))
    assert made.shape == flat.shape
    assert made.amax((2, 3)).sub(made.amin((2, 3))).max() < 1e-4
    assert framed.amax((2, 3)).sub(framed.amin((2, 3))).max() > 1e-3


def test_a_palette_begins_with_the_colours_that_are_nearest_to_the_photo_s_own():
    generator = LocalGenerator(LocalOptions((4, 4, 8), 1, palette=3)).eval()
    colours = torch.tensor([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0], [0.8, -0.6, -0.6]])
    generator.get_buffer("palette").copy_(colours)
    torch.nn.init.zeros_(generator.leave.weight)
    torch.nn.init.zeros_(generator.leave.bias)
    photo = torch.empty(1, 3, 16, 32)
    photo[..., :16], photo[..., 16:] = torch.tensor([0.6, -0.4, -0.5]).view(3, 1, 1), 0.7
    with torch.no_grad():
        made = generator(photo)
    assert (made[0, :, 8, 4] - colours[2]).abs().max() < 0.01 and (made[0, :, 8, 28] - colours[0]).abs().max() < 0.01


def test_what_is_found_spreads_over_its_region_and_not_over_a_line():
    photo = torch.ones(1, 3, 96, 96)
    photo[..., 32:36, 32:64] = photo[..., 60:64, 32:64] = photo[..., 32:64, 32:36] = photo[..., 32:64, 60:64] = -1
    spread = RegionSpread(4, 8).eval()
    for layer in (spread.give, spread.take):
        torch.nn.init.ones_(layer.weight)
        torch.nn.init.zeros_(layer.bias)
    inside, outside = torch.zeros(1, 4, 24, 24), torch.zeros(1, 4, 24, 24)
    inside[..., 12, 12], outside[..., 0, 0] = 1, 1
    with torch.no_grad():
        filled, around = (spread(found, compute_openness(photo))[0] - found for found in (inside, outside))
    assert (filled[..., 10:14, 10:14] > 0).all() and (filled[..., :7, :] == 0).all()
    assert (around[..., 10:14, 10:14] == 0).all() and (around[..., 23, 0] > 0).all()


def test_a_place_is_open_where_there_is_no_dark_line_whatever_its_colour():
    photo = torch.full((1, 3, 32, 64), 0.9) + 0.02 * torch.rand(1, 3, 32, 64)
    photo[..., 8:16] = torch.tensor([0.3, -0.9, -0.9]).view(3, 1, 1)  # red
    photo[..., 38:41] = -1
    open_ = compute_openness(photo)
    assert open_.shape == (1, 1, 8, 16)
    assert (open_[..., :8] == 1).all() and (open_[..., 11:] == 1).all()
    assert (open_[..., 9:11] == 0).all()


def test_a_generator_that_spreads_has_no_halo_and_sees_a_region_s_other_end():
    torch.manual_seed(1)
    generator = LocalGenerator(LocalOptions((8, 16, 64), 2, spread=24)).eval()
    assert generator.spread is not None
    photo, dabbed = torch.ones(1, 3, 64, 160), torch.ones(1, 3, 64, 160)
    dabbed[..., 28:36, 60:68] = torch.tensor([0.9, -0.6, 0.9]).view(3, 1, 1)
    with torch.no_grad():
        torch.nn.init.normal_(generator.spread.give.weight)
        apart = (generator(photo) - generator(dabbed)).abs()
    assert generator.halo is None
    assert apart[..., 150:].max() > 1e-4
