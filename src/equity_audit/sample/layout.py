"""The layout of each dataset: the headers of what all have in common, their order, and what the dataset lacks."""

from collections.abc import Callable
from dataclasses import dataclass, field

from equity_audit.sample import admitted, emergency, outpatient, waiting
from equity_audit.sample.chunk import Activity, Chunk


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a dataset is written; `columns` in file order, `headers` from the common facts to their header."""

    file_name: str
    build: Callable[[Chunk], Activity]
    columns: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    supplied_width: int = 10  # 10 deciles, 5 quintiles, 0 no supplied value

    @property
    def lsoa_only(self) -> bool:
        """Whether the LSOA is the only location."""
        return "postcode" not in self.headers

    def has(self, fact: str) -> bool:
        """Whether the dataset carries a common fact."""
        return fact in self.headers


_HES = {
    "nhs_number": "NEWNHSNO",
    "withheld": "WITHHELD_IDENTITY_REASON",
    "birth": "DOB",
    "sex": "SEX",
    "ethnicity": "ETHNOS",
    "postcode": "HOMEADD",
    "lsoa": "LSOA21",
    "supplied": "IMD_DECILE",
    "practice": "GPPRAC",
    "provider": "PROCODE5",
    "site": "SITETRET",
}
_HES_SPECIALTY = {"main_specialty": "MAINSPEF", "specialty": "TRETSPEF"}

LAYOUTS: dict[str, Layout] = {
    "hes_apc": Layout(
        file_name="admitted_care",
        build=admitted.build,
        headers={**_HES, **_HES_SPECIALTY, "age": "STARTAGE", "activity_date": "ADMIDATE"},
        columns=(
            *(
                "FYEAR",
                "EPIKEY",
                "NEWNHSNO",
                "WITHHELD_IDENTITY_REASON",
                "DOB",
                "STARTAGE",
                "SEX",
                "ETHNOS",
                "HOMEADD",
                "LSOA21",
                "IMD_DECILE",
            ),
            *("GPPRAC", "PROCODE5", "SITETRET", "MAINSPEF", "TRETSPEF", "ADMIDATE", "ADMIMETH", "ADMISORC"),
            *("ADMINCAT", "CLASSPAT", "ELECDATE", "EPISTART", "EPIEND", "EPIORDER", "EPITYPE", "EPISTAT"),
            *("EPIDUR", "DISDATE", "DISDEST", "DISMETH", "SPELDUR", "SPELBGIN", "SPELEND", "SUSRECID"),
        ),
    ),
    "hes_op": Layout(
        file_name="outpatients",
        build=outpatient.build,
        headers={
            **_HES,
            **_HES_SPECIALTY,
            "supplied": "IMD_QUINTILE",
            "age": "APPTAGE",
            "activity_date": "APPTDATE",
        },
        supplied_width=5,
        columns=(
            *(
                "FYEAR",
                "ATTENDKEY",
                "NEWNHSNO",
                "WITHHELD_IDENTITY_REASON",
                "DOB",
                "APPTAGE",
                "SEX",
                "ETHNOS",
                "HOMEADD",
                "LSOA21",
                "IMD_QUINTILE",
            ),
            *("GPPRAC", "PROCODE5", "SITETRET", "MAINSPEF", "TRETSPEF", "APPTDATE", "ATTENDED", "OUTCOME", "FIRSTATT"),
            *("ATENTYPE", "DNADATE", "REQDATE", "PRIORITY", "REFSOURC", "WAITING", "ADMINCAT", "SERVTYPE", "STAFFTYP"),
        ),
    ),
    "hes_ae": Layout(
        file_name="emergency_care",
        build=emergency.build,
        headers={**_HES, "age": "ARRIVALAGE", "activity_date": "ARRIVALDATE"},
        columns=(
            *(
                "FYEAR",
                "AEKEY",
                "NEWNHSNO",
                "WITHHELD_IDENTITY_REASON",
                "DOB",
                "ARRIVALAGE",
                "SEX",
                "ETHNOS",
                "HOMEADD",
                "LSOA21",
                "IMD_DECILE",
            ),
            *("GPPRAC", "PROCODE5", "SITETRET", "ARRIVALDATE", "ARRIVALTIME", "DEPTIME", "AEARRIVALMODE"),
            *("AEATTENDCAT", "AEATTENDDISP", "AEDEPTTYPE", "AEINCLOCTYPE", "AEPATGROUP", "AEREFSOURCE"),
        ),
    ),
    "wlmds": Layout(
        file_name="waiting_list",
        build=waiting.build,
        headers={
            "nhs_number": "NHS_NUMBER",
            "birth": "PERSON_BIRTH_DATE",
            "age": "Der_Age_WeekEndingDate",
            "sex": "PERSON_STATED_GENDER_CODE",
            "ethnicity": "ETHNIC_CATEGORY",
            "lsoa": "derLSOA2021",
            "provider": "ORGANISATION_IDENTIFIER_CODE_OF_PROVIDER",
            "site": "ORGANISATION_SITE_IDENTIFIER_OF_TREATMENT",
            "main_specialty": "MAIN_SPECIALTY_CODE",
            "specialty": "ACTIVITY_TREATMENT_FUNCTION_CODE",
        },
        supplied_width=0,
        columns=(
            *("DATE_AND_TIME_DATA_SET_CREATED", "Week_Ending_Date", "Waiting_List_Type", "NHS_NUMBER"),
            *("PERSON_BIRTH_DATE", "PERSON_STATED_GENDER_CODE", "ETHNIC_CATEGORY", "REFERRAL_REQUEST_RECEIVED_DATE"),
            *("PATIENT_PATHWAY_IDENTIFIER", "ORGANISATION_CODE_PATIENT_PATHWAY_IDENTIFIER_ISSUER"),
            *("SOURCE_OF_REFERRAL", "ORGANISATION_IDENTIFIER_CODE_OF_PROVIDER"),
            *("ORGANISATION_SITE_IDENTIFIER_OF_TREATMENT", "MAIN_SPECIALTY_CODE", "ACTIVITY_TREATMENT_FUNCTION_CODE"),
            *("CONSULTANT_CODE", "REFERRAL_TO_TREATMENT_PERIOD_START_DATE", "REFERRAL_TO_TREATMENT_PERIOD_STATUS"),
            *("REFERRAL_TO_TREATMENT_PERIOD_END_DATE", "DECISION_TO_ADMIT_DATE", "Due_Date", "PRIORITY_TYPE_CODE"),
            *("Procedure_Priority_Code", "Inclusion_On_Cancer_PTL", "ORGANISATION_IDENTIFIER_CODE_OF_COMMISSIONER"),
            *("ADMISSION_METHOD_CODE_HOSPITAL_PROVIDER_SPELL", "OUTCOME_OF_ATTENDANCE_CODE", "derLSOA2021"),
            "Der_Age_WeekEndingDate",
        ),
    ),
}
RECORD_KEYS = ("EPIKEY", "SUSRECID", "ATTENDKEY", "AEKEY", "PATIENT_PATHWAY_IDENTIFIER")
