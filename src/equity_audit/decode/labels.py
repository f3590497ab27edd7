"""Labels that cannot be misread, in the order they are always shown."""

QUINTILES = ("1 (most deprived)", "2", "3", "4", "5 (least deprived)", "not linked")
SEXES = ("Male", "Female", "Indeterminate", "Not known")
