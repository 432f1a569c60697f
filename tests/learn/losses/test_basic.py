import pytest
import torch

from ganvas.learn.losses.basic import LOGIT_OBJECTIVES, average_over_heads, colour_loss, content_loss, rims_loss


@pytest.mark.parametrize("name", LOGIT_OBJECTIVES)
def test_an_objective_pulls_real_up_and_fake_down_and_the_generator_pulls_fake_up(name):
    real, fake = torch.full((4, 1), 0.5, requires_grad=True), torch.full((4, 1), 0.5, requires_grad=True)
    LOGIT_OBJECTIVES[name].discriminator_loss(real, fake).backward()
    assert (real.grad < 0).all() and (fake.grad > 0).all()
    made = torch.zeros(4, 1, requires_grad=True)
    LOGIT_OBJECTIVES[name].generator_loss(made).backward()
    assert (made.grad < 0).all()


def test_the_vanilla_pair_is_that_of_the_paper():
    real, fake = torch.tensor([0.3, -1.2]), torch.tensor([0.7, 2.0])
    wanted = -(torch.sigmoid(real).log().mean() + (1 - torch.sigmoid(fake)).log().mean())
    assert LOGIT_OBJECTIVES["vanilla"].discriminator_loss(real, fake) == pytest.approx(float(wanted), abs=1e-6)
    assert LOGIT_OBJECTIVES["vanilla"].generator_loss(fake) == pytest.approx(
        float(-torch.sigmoid(fake).log().mean()), abs=1e-6
    )


def test_the_vanilla_loss_keeps_its_gradient_where_the_discriminator_is_sure():
    made = torch.full((1,), -200.0, requires_grad=True)
    LOGIT_OBJECTIVES["vanilla"].generator_loss(made).backward()
    assert made.grad is not None and made.grad.item() == pytest.approx(-1)


def test_each_head_weighs_the_same_whatever_its_size():
    small, large = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 64, 64)
    assert average_over_heads(lambda logits: logits.mean(), [small, large]) == pytest.approx(0.5)


def test_content_is_nothing_for_the_same_and_colour_is_free_within_its_margin():
    x = torch.rand(1, 3, 32, 32) * 2 - 1
    assert content_loss(x, x) == 0
    assert colour_loss(x + 0.1, x, 16, (0.2, 0.1)) == 0
    assert colour_loss(x + 0.5, x, 16, (0.2, 0.1)) == pytest.approx(0.3, abs=1e-5)
    redder = x + torch.tensor([0.3, -0.15, -0.15]).view(1, 3, 1, 1)
    assert colour_loss(redder, x, 16, (0.0, 0.4)) == pytest.approx(0, abs=1e-5)
    assert colour_loss(redder, x, 16, (0.0, 0.0)) == pytest.approx(0.2, abs=1e-5)


def test_a_pale_rim_along_an_edge_counts_and_a_contour_or_another_palette_does_not():
    photo = torch.full((1, 3, 48, 48), -0.5)
    photo[..., 24:] = 0.7  # dark on the left, bright on the right
    rimmed, contoured = photo.clone(), photo.clone()
    rimmed[..., 21:24], contoured[..., 21:24] = 0.2, -1.0
    other = 0.5 * photo.flip(1) - 0.2
    assert rims_loss(photo, photo) == pytest.approx(0, abs=1e-4) and rims_loss(other, photo) == pytest.approx(
        0, abs=1e-4
    )
    assert rims_loss(contoured, photo) < 0.2 * rims_loss(rimmed, photo)
    away = photo.clone()
    away[..., 6:9] = 0.2  # the same stripe where there is no edge
    assert rims_loss(away, photo) < 0.3 * rims_loss(rimmed, photo)


def test_a_rim_is_pulled_down_and_the_picture_as_a_whole_neither_up_nor_down():
    photo = torch.full((1, 3, 48, 48), -0.5)
    photo[..., 24:] = 0.7
    picture = photo.clone()
    picture[..., 20:24] = 0.2
    picture.requires_grad_()
    rims_loss(picture, photo).backward()
    assert picture.grad is not None
    pulled = picture.grad[..., 20:24].sum()
    assert pulled > 0 and picture.grad.sum().abs() < 0.02 * pulled
