"""From a Report to sentences. Every output says the same thing in the same words, because all of them ask here.

Rules of wording: a difference is claimed only where its interval excludes none; percentages have one decimal;
a share of admissions is never called a rate; nothing is ranked. This page is the one door; behind it a file a subject.
"""

from equity_audit.narrative.board import ask_sentence as ask_sentence
from equity_audit.narrative.board import headline_sentences as headline_sentences
from equity_audit.narrative.completeness import completeness_sentences as completeness_sentences
from equity_audit.narrative.completeness import missing_sentence as missing_sentence
from equity_audit.narrative.completeness import recoverable_sentence as recoverable_sentence
from equity_audit.narrative.completeness import rules_sentence as rules_sentence
from equity_audit.narrative.completeness import trust_sentence as trust_sentence
from equity_audit.narrative.completeness import unlinked_sentence as unlinked_sentence
from equity_audit.narrative.completeness import wanted_share as wanted_share
from equity_audit.narrative.gaps import gap_sentence as gap_sentence
from equity_audit.narrative.gaps import ratio_sentence as ratio_sentence
from equity_audit.narrative.groups import difference_words as difference_words
from equity_audit.narrative.groups import differing_sentence as differing_sentence
from equity_audit.narrative.groups import group_sentences as group_sentences
from equity_audit.narrative.groups import groups_sentence as groups_sentence
from equity_audit.narrative.lookups import FEWEST_FOR_A_SHARE as FEWEST_FOR_A_SHARE
from equity_audit.narrative.lookups import RATES as RATES
from equity_audit.narrative.lookups import class_share as class_share
from equity_audit.narrative.lookups import difference_of as difference_of
from equity_audit.narrative.lookups import is_shown as is_shown
from equity_audit.narrative.lookups import may_be_headline as may_be_headline
from equity_audit.narrative.lookups import measure_of as measure_of
from equity_audit.narrative.lookups import nothing_linked as nothing_linked
from equity_audit.narrative.lookups import ordered_outcomes as ordered_outcomes
from equity_audit.narrative.lookups import outcomes_of as outcomes_of
from equity_audit.narrative.lookups import rates_of as rates_of
from equity_audit.narrative.lookups import rows_of as rows_of
from equity_audit.narrative.lookups import table_of as table_of
from equity_audit.narrative.lookups import told_rows as told_rows
from equity_audit.narrative.lookups import too_few_records as too_few_records
from equity_audit.narrative.methods import METHODS as METHODS
from equity_audit.narrative.methods import method_words as method_words
from equity_audit.narrative.rates import population_sentence as population_sentence
from equity_audit.narrative.rates import rate_sentence as rate_sentence
from equity_audit.narrative.rates import shown_notes as shown_notes
from equity_audit.narrative.words import ETHNIC_CLASSES as ETHNIC_CLASSES
from equity_audit.narrative.words import GROUP_WORDS as GROUP_WORDS
from equity_audit.narrative.words import HIDDEN_SENTENCE as HIDDEN_SENTENCE
from equity_audit.narrative.words import LEAST_SHOWN as LEAST_SHOWN
from equity_audit.narrative.words import LINK_CLASSES as LINK_CLASSES
from equity_audit.narrative.words import NOT_A_RATE as NOT_A_RATE
from equity_audit.narrative.words import SHORTHAND as SHORTHAND
from equity_audit.narrative.words import USABLE as USABLE
from equity_audit.narrative.words import VERDICTS as VERDICTS
from equity_audit.narrative.words import percent as percent
from equity_audit.narrative.words import points as points
from equity_audit.narrative.words import shown_percent as shown_percent
from equity_audit.narrative.words import shown_rate as shown_rate
from equity_audit.narrative.words import uncapped as uncapped
