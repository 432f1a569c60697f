"""The methods, by name: one file a method, one line here. Knows only their classes."""

from ganvas.learn.method import Method
from ganvas.learn.methods.cut import Cut, FastCut
from ganvas.learn.methods.cyclegan import Cyclegan
from ganvas.learn.methods.dcgan import Dcgan
from ganvas.learn.methods.house import House
from ganvas.learn.methods.pairs import HousePairs
from ganvas.learn.methods.pix2pix import Pix2pix

METHODS: dict[str, type[Method]] = {
    "house": House,
    "house-pairs": HousePairs,
    "dcgan": Dcgan,
    "pix2pix": Pix2pix,
    "cyclegan": Cyclegan,
    "cut": Cut,
    "fastcut": FastCut,
}
