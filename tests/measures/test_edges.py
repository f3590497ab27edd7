"""Every cell of the rows that measures give where figures are withheld or lie at an edge, at a level that is no default."""

import pandas as pd
import pytest

from equity_audit import measures

EMPTY = {"group": ["a", "b"], "numerator": [0, 0], "denominator": [0, 4], "events": [0, 30], "population": [0, 50]}
VALUES = {
    "group": ["a", "b"], "order": [1, 2], "population": [10, 30], "value": [0.0, 0.2], "se": 0.01,
    "lower": [0.0, 0.1], "upper": [0.1, 0.3],
}  # fmt: skip
STANDARD = pd.DataFrame({"stratum": ["y"], "events": [0], "population": [9]})


def frame(base, **changes):
    return pd.DataFrame({**base, **changes})


CASES = {
    "proportion": (
        lambda: measures.proportion(frame(EMPTY), 0.9, 100),
        """
measure,value,lower,upper,level,method,n,reason_withheld
proportion,-,-,-,0.9,wilson,0,the denominator is 0
proportion,0,0,40.3479,0.9,wilson,4,-
""",
    ),
    "rate": (
        lambda: measures.rate(frame(EMPTY, denominator=[0, 50]), 0.9, 1000),
        """
measure,value,lower,upper,level,method,n,reason_withheld
rate,-,-,-,0.9,exact,0,the denominator is 0
rate,600,431.874,813.774,0.9,byar,50,-
""",
    ),
    "clustered": (
        lambda: measures.clustered_proportion(frame(EMPTY), level=0.9),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,se,patients,design_effect
a,proportion,-,-,-,0.9,clustered,0,the denominator is 0,-,0,-
b,proportion,0,0,0.730134,0.9,clustered,4,-,0,1,-
""",
    ),
    "standardised rate": (
        lambda: measures.standardised_rate(frame(EMPTY, stratum="y", standard_population=1), level=0.9),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld
a,standardised_rate,-,-,-,0.9,dobson,0,fewer than 10 events
b,standardised_rate,60000,43187.4,81377.4,0.9,dobson,30,-
""",
    ),
    "standardised ratio": (
        lambda: measures.standardised_ratio(frame(EMPTY, stratum="y"), STANDARD, level=0.9),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,expected
a,standardised_ratio,-,-,-,0.9,exact,0,no events are expected,0
a,indirectly_standardised_rate,-,-,-,0.9,exact,0,no events are expected,0
b,standardised_ratio,-,-,-,0.9,byar,30,no events are expected,0
b,indirectly_standardised_rate,-,-,-,0.9,byar,30,no events are expected,0
""",
    ),
    "katz": (
        lambda: measures.relative_risk(frame(EMPTY, denominator=[4, 4], numerator=[0, 2]), "a", 0.9, "katz"),
        """
group,against,measure,value,lower,upper,level,method,n,reason_withheld
b,a,relative_risk,-,-,-,0.9,katz,8,katz needs a count on both sides
a,rest,relative_risk,-,-,-,0.9,katz,8,katz needs a count on both sides
b,rest,relative_risk,-,-,-,0.9,katz,8,katz needs a count on both sides
""",
    ),
    "exact": (
        lambda: measures.relative_risk(frame(EMPTY, denominator=[4, 4]), "a", 0.9, "exact"),
        """
group,against,measure,value,lower,upper,level,method,n,reason_withheld
b,a,rate_ratio,-,-,-,0.9,exact,8,no events on either side
a,rest,rate_ratio,-,-,-,0.9,exact,8,no events on either side
b,rest,rate_ratio,-,-,-,0.9,exact,8,no events on either side
""",
    ),
    "score": (
        lambda: measures.relative_risk(frame(EMPTY), "a", 0.9),
        """
group,against,measure,value,lower,upper,level,method,n,reason_withheld
b,a,relative_risk,-,-,-,0.9,score,4,a denominator is 0
a,rest,relative_risk,-,-,-,0.9,score,4,a denominator is 0
b,rest,relative_risk,-,-,-,0.9,score,4,a denominator is 0
""",
    ),
    "risk difference": (
        lambda: measures.risk_difference(frame(EMPTY), "b", 0.9),
        """
group,against,measure,value,lower,upper,level,method,n,reason_withheld
a,b,risk_difference,-,-,-,0.9,newcombe,4,a denominator is 0
a,rest,risk_difference,-,-,-,0.9,newcombe,4,a denominator is 0
b,rest,risk_difference,-,-,-,0.9,newcombe,4,a denominator is 0
""",
    ),
    "gap of one": (
        lambda: measures.gap(frame(VALUES).tail(1), 0.9),
        """
measure,value,lower,upper,level,method,n,reason_withheld
gap,-,-,-,0.9,delta,1,fewer than two groups
ratio,-,-,-,0.9,delta,1,fewer than two groups
""",
    ),
    "gap from zero": (
        lambda: measures.gap(frame(VALUES, se=0), 0.9),
        """
measure,value,lower,upper,level,method,n,reason_withheld
gap,-0.2,-0.2,-0.2,0.9,delta,2,-
ratio,-,-,-,0.9,"delta, log scale",2,"a value is 0 or below, so that the ratio has no logarithm"
""",
    ),
    "slope of one": (
        lambda: measures.slope_index(frame(VALUES).tail(1), "rate", "local", "log", 0.9, "favourable"),
        """
measure,value,lower,upper,level,method,n,reason_withheld,rank_basis,transform,polarity,df,p
sii,-,-,-,0.9,delta,30,fewer than two groups with people,local,log,favourable,-,-
rii,-,-,-,0.9,"delta, log scale",30,fewer than two groups with people,local,log,favourable,-,-
fitted_most_deprived,-,-,-,0.9,delta,30,fewer than two groups with people,local,log,favourable,-,-
fitted_least_deprived,-,-,-,0.9,delta,30,fewer than two groups with people,local,log,favourable,-,-
lack_of_fit,-,-,-,0.9,chi-squared,30,fewer than two groups with people,local,log,favourable,-,-
""",
    ),
    "concentration of one": (
        lambda: measures.concentration_index(frame(VALUES).tail(1), "erreygers", 0.9),
        """
measure,value,lower,upper,level,method,n,reason_withheld
erreygers,-,-,-,0.9,delta,30,fewer than two groups with people
""",
    ),
    "spread of one": (
        lambda: measures.between_group(frame(VALUES).tail(1), level=0.9),
        """
measure,value,lower,upper,level,method,n,reason_withheld,bias_corrected,no_difference
idis_weighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
idis_unweighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
cov,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
bgv,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
bgsd,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mld,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
theil,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdm_weighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdm_unweighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdb_weighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdb_unweighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdr_weighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
mdr_unweighted,-,-,-,0.9,delta,30,fewer than two groups with people,-,-
""",
    ),
    "nothing attributable": (
        lambda: measures.attributable(frame(VALUES, value=0), "a", level=0.9),
        """
measure,value,lower,upper,level,method,n,reason_withheld
par,0,-0.0174463,0.0174463,0.9,delta,40,-
paf,-,-,-,0.9,delta,40,the mean is 0
""",
    ),
    "funnel": (
        lambda: measures.funnel(frame(EMPTY), "proportion", target=0.5),
        """
measure,value,lower,upper,level,method,n,reason_withheld,lower95,upper95,lower998,upper998,label,phi,tau2
funnel,-,-,-,0.95,normal,0,the denominator is 0,-,-,-,-,-,-,-
funnel,0,0.010009,0.989991,0.95,normal,4,-,0.010009,0.989991,0,1,Low (0.025),-,-
""",
    ),
    "nothing unknown": (
        lambda: measures.missingness(frame(EMPTY, denominator=[2, 4], order=[1, 2]), level=0.9),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,df,p,p_adjusted,tests
a,unknown_share,0,0,0.574969,0.9,wilson,2,-,-,-,-,-
b,unknown_share,0,0,0.403479,0.9,wilson,4,-,-,-,-,-
a,relative_risk_unknown,-,-,-,0.9,score,6,nothing is unknown,-,-,-,0
b,relative_risk_unknown,-,-,-,0.9,score,6,nothing is unknown,-,-,-,0
-,chi2,-,-,-,0.9,pearson,6,"fewer than two groups with records, or nothing varies",-,-,-,-
-,trend,-,-,-,0.9,cochran-armitage,6,"fewer than two groups with records, or nothing varies",1,-,-,-
-,cramers_v,-,-,-,0.9,pearson,6,"fewer than two groups with records, or nothing varies",-,-,-,-
-,cramers_v_corrected,-,-,-,0.9,pearson,6,"fewer than two groups with records, or nothing varies",-,-,-,-
""",
    ),
    "one group known": (
        lambda: measures.missingness(frame(EMPTY, order=[1, 2]), level=0.9),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,df,p,p_adjusted,tests
a,unknown_share,-,-,-,0.9,wilson,0,the denominator is 0,-,-,-,-
b,unknown_share,0,0,0.403479,0.9,wilson,4,-,-,-,-,-
a,relative_risk_unknown,-,-,-,0.9,score,4,the denominator is 0,-,-,-,0
b,relative_risk_unknown,-,-,-,0.9,score,4,no other group has records,-,-,-,0
-,chi2,-,-,-,0.9,pearson,4,"fewer than two groups with records, or nothing varies",-,-,-,-
-,trend,-,-,-,0.9,cochran-armitage,4,"fewer than two groups with records, or nothing varies",1,-,-,-
-,cramers_v,-,-,-,0.9,pearson,4,"fewer than two groups with records, or nothing varies",-,-,-,-
-,cramers_v_corrected,-,-,-,0.9,pearson,4,"fewer than two groups with records, or nothing varies",-,-,-,-
""",
    ),
    "association": (
        lambda: measures.association(pd.DataFrame({"x": [1, 2]})),
        """
measure,value,lower,upper,level,method,n,reason_withheld,df,p
chi2,-,-,-,-,pearson,3,fewer than two rows or columns hold counts,-,-
cramers_v,-,-,-,-,pearson,3,fewer than two rows or columns hold counts,-,-
cramers_v_corrected,-,-,-,-,pearson,3,fewer than two rows or columns hold counts,-,-
""",
    ),
    "missing bounds": (
        lambda: measures.missing_bounds(frame(EMPTY), "a", "b", (2,)),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,gamma
-,relative_risk,-,-,-,-,worst_case,4,"no coded records, or no event on either side",-
-,relative_risk,-,-,-,-,gamma,4,"no coded records, or no event on either side",2
a,proportion,-,-,-,-,worst_case,0,"no coded records, or no event on either side",-
b,proportion,0,0,0,-,worst_case,4,-,-
-,tipping_gamma,-,-,-,-,gamma,4,"no coded records, or no event on either side",-
""",
    ),
    "nothing coded": (
        lambda: measures.reallocate(frame(EMPTY, group=["a", None]), []),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,numerator,denominator,coded
a,proportion,-,-,-,-,reallocated,0,nothing is coded,0,0,-
""",
    ),
    "reallocate": (
        lambda: measures.reallocate(frame(EMPTY), []),
        """
group,measure,value,lower,upper,level,method,n,reason_withheld,numerator,denominator,coded
a,proportion,-,-,-,-,reallocated,0,the denominator is 0,0,0,-
b,proportion,0,-,-,-,reallocated,4,-,0,4,0
""",
    ),
}  # written out by the measures, then read through by hand


@pytest.mark.parametrize("case", CASES)
def test_every_cell_of_an_edge(case):
    call, rows = CASES[case]
    assert call().to_csv(index=False, float_format="%.6g", na_rep="-", lineterminator="\n") == rows.lstrip()
