"""The variants of a sample: faults of a whole extract, each of which needs a file of its own."""

from equity_audit.sample.ethnicity import FOREIGN

FOREIGN_VARIANTS = tuple(FOREIGN)
SCALE_VARIANTS = ("reversed_decile", "zero_based_decile", "quintile_in_decile")

VARIANTS: dict[str, str] = {
    "police": "one site records police 16+1 codes (ETH007, proved)",
    "ambiguous": "one site records A, B or M and a digit, nothing else of a scheme (ETH007, ambiguous)",
    "gss_numbers": "one site records the numbers of the 2021 census groups (ETH007, proved)",
    "snomed": "one site records concept numbers of 15 digits (ETH007, proved)",
    "school_census": "one site records the school census's four-letter codes (ETH007, proved)",
    "social_care": "one site records social care codes, A.A1 and the like (ETH007, proved)",
    "no_ethnicity": "there is no ethnicity column (STR001)",
    "no_location": "there is no LSOA, postcode or deprivation column (STR001)",
    "reversed_decile": "the supplied decile or quintile counts down: highest = most deprived (DEP012)",
    "zero_based_decile": "the supplied decile or quintile starts at 0 (DEP013)",
    "quintile_in_decile": "the decile column holds quintiles (DEP013)",
    "mixed_vintage": "areas that changed carry their 2011 code in the 2021 column (DEP009); install both references",
    "spreadsheet": "the record keys went through a spreadsheet: 5E+11 (STR007)",
    "ethnicity_2021": "there is a second column, ETHNIC_CATEGORY_2021, half filled (ETH020)",
}
