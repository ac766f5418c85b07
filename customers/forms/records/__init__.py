"""Forms of the records about a customer; `customers.records.KINDS` names the one of each kind."""

from customers.forms.records.base import RecordForm
from customers.forms.records.figures import (
    BenefitForm,
    CompetitorPresenceForm,
    CreditRecordForm,
    OpportunityForm,
    YearFigureForm,
)
from customers.forms.records.relations import (
    HelpRequestForm,
    IdeaForm,
    MembershipForm,
    PromiseForm,
    ReferralForm,
    TeamMemberForm,
)
from customers.forms.records.settling import (
    AnswerHelpForm,
    SettleIdeaForm,
    SettleOpportunityForm,
    SettlePromiseForm,
    SettleReferralForm,
    ThankForHelpForm,
)

__all__ = [
    "AnswerHelpForm",
    "BenefitForm",
    "CompetitorPresenceForm",
    "CreditRecordForm",
    "HelpRequestForm",
    "IdeaForm",
    "MembershipForm",
    "OpportunityForm",
    "PromiseForm",
    "RecordForm",
    "ReferralForm",
    "SettleIdeaForm",
    "SettleOpportunityForm",
    "SettlePromiseForm",
    "SettleReferralForm",
    "TeamMemberForm",
    "ThankForHelpForm",
    "YearFigureForm",
]
