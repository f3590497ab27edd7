"""A profile for `make mutation`: a break needs no smallest example."""

from hypothesis import Phase, settings

settings.register_profile("unshrunk", phases=[Phase.explicit, Phase.generate])
