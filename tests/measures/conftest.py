"""A profile for `make mutation`: a break needs no smallest example."""

from hypothesis import Phase, settings

settings.register_profile("unshrunk", deadline=None, phases=[Phase.explicit, Phase.generate])
