"""The canonical fields: the one vocabulary that datasets map to and rules speak.

Source of the meanings: NHS Data Dictionary; the headers that carry them are in `datasets/`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Field:
    """One canonical field of a record."""

    name: str
    meaning: str


_MEANINGS = {
    # ethnicity
    "ethnicity": "Ethnic category as recorded (national codes of 2001, 16+1, unless a scheme is declared)",
    "ethnicity_2021": "Ethnic category 2021, where the extract carries it beside the 2001 one",
    # location and deprivation
    "postcode": "Postcode of usual address, any spacing and case, pseudo postcodes included",
    "lsoa_2001": "Lower layer super output area, 2001 boundaries",
    "lsoa_2011": "Lower layer super output area, 2011 boundaries",
    "lsoa_2021": "Lower layer super output area, 2021 boundaries",
    "lsoa": "Lower layer super output area of a vintage that is to be proved from its codes",
    "imd_rank": "Supplied rank of the Index of Multiple Deprivation, 1 = most deprived",
    "imd_decile": "Supplied decile of the Index of Multiple Deprivation, 1 = most deprived",
    "imd_quintile": "Supplied quintile of the Index of Multiple Deprivation, 1 = most deprived",
    "withheld_reason": "Withheld identity reason: filled where identity is legally withheld",
    # who
    "nhs_number": "NHS number",
    "pseudonym": "Pseudonymised patient key (HESID, pseudo NHS number)",
    "local_patient_id": "Local patient identifier",
    "record_key": "Key of the record itself (episode, attendance or pathway key)",
    "age": "Age in years at the activity; HES 7001 to 7007 are under one year",
    "birth_date": "Date of birth",
    "sex": "Sex or stated gender code",
    # where and when
    "provider": "Provider organisation code",
    "site": "Site of treatment code",
    "specialty": "Treatment function or main specialty code",
    "activity_date": "Date the activity happened (admission, appointment, arrival, census)",
    # admitted care
    "admission_method": "Admission method code",
    "patient_class": "Patient classification code",
    "episode_type": "Episode type code",
    "episode_order": "Order of the episode in its spell, 1 = first",
    "administrative_category": "Administrative category code (02 = private patient)",
    "overseas_status": "Overseas visitor charging category or status",
    "discharge_date": "Date of discharge",
    "length_of_stay": "Length of stay in days",
    "procedure": "Main procedure, OPCS-4 code with or without its full stop",
    "diagnosis": "Primary diagnosis, ICD-10 code with or without its full stop",
    # outpatients
    "attendance": "Attended or did not attend code",
    # emergency care
    "arrival_time": "Time of day of arrival",
    "departure_time": "Time of day of departure",
    "minutes_in_department": "Minutes from arrival to departure",
    "department_type": "Emergency department type code, 1 = major department",
    # waiting list
    "rtt_start": "Referral to treatment period start date",
    "rtt_end": "Referral to treatment period end date (9999-12-31 or blank = still open)",
    "rtt_status": "Referral to treatment period status code",
    "week_ending": "Census date of the waiting list snapshot",
    "waiting_list_type": "Waiting list type (IRTT, ORTT are referral to treatment pathways)",
}

FIELDS: dict[str, Field] = {name: Field(name=name, meaning=meaning) for name, meaning in _MEANINGS.items()}

LSOA_FIELDS = ("lsoa_2021", "lsoa_2011", "lsoa", "lsoa_2001")
SUPPLIED_FIELDS = ("imd_rank", "imd_decile", "imd_quintile")
LOCATION_FIELDS = (*LSOA_FIELDS, "postcode", *SUPPLIED_FIELDS)
# All three blank: the identity is taken to be legally withheld. The flag is made where the records are.
IDENTITY_FIELDS = ("postcode", "nhs_number", "birth_date")
IDENTITY_BLANK = "identity_blank"
PATIENT_KEY_FIELDS = ("nhs_number", "pseudonym", "local_patient_id")


def only_areas_of_2001(filled: frozenset[str]) -> bool:
    """Whether the filled fields give areas of the 2001 boundaries and no others: no edition and no lookup takes those."""
    return filled & set(LSOA_FIELDS) == {"lsoa_2001"}
