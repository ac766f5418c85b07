"""The evidence of a churn signal as a sentence, by kind."""

from customers.models.signal_kinds import SignalKind
from lifecycle.signal_words import dealings, relations, voices
from lifecycle.signal_words.voices import DETRACTOR

__all__ = ["DETRACTOR", "signal_words"]


def signal_words(kind: str, evidence: dict) -> str:
    return WORDS[kind](evidence)


WORDS = {
    SignalKind.SILENT: dealings.silent,
    SignalKind.VOLUME_DOWN: dealings.volume_down,
    SignalKind.FEWER_CATEGORIES: dealings.fewer_categories,
    SignalKind.SMALLER_ORDERS: dealings.smaller_orders,
    SignalKind.MORE_RETURNS: dealings.more_returns,
    SignalKind.MARGIN_DOWN: dealings.margin_down,
    SignalKind.PAYING_SLOWER: dealings.paying_slower,
    SignalKind.PEERS_FALL: dealings.peers_fall,
    SignalKind.NO_CONTACT: relations.no_contact,
    SignalKind.DECISION_MAKER_LEFT: relations.decision_maker_left,
    SignalKind.ONE_CONTACT: relations.one_contact,
    SignalKind.CARE_MISSED: relations.care_missed,
    SignalKind.SPEAKS_OF_ENDING: relations.speaks_of_ending,
    SignalKind.COMPETITOR: relations.competitor,
    SignalKind.SHARE_DOWN: relations.share_down,
    SignalKind.COMPLAINT_OPEN: voices.complaint_open,
    SignalKind.COMPLAINT_LATE: voices.complaint_late,
    SignalKind.COMPLAINT_REPEATED: voices.complaint_repeated,
    SignalKind.COMPLAINT_REOPENED: voices.complaint_reopened,
    SignalKind.COMPLAINT_SILENCE: voices.complaint_silence,
    SignalKind.LOW_SCORE: voices.low_score,
    SignalKind.SCORE_FALLING: voices.score_falling,
    SignalKind.STOPPED_ANSWERING: voices.stopped_answering,
    SignalKind.BELOW_OTHERS: voices.below_others,
}
