from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    label = "lifecycle"
    verbose_name = _("Lifecycle")

    def ready(self):
        from customers import agenda, history
        from lifecycle.agenda import expected_orders
        from lifecycle.history_words import Answers

        agenda.SOURCES.append(expected_orders)
        history.READERS["lifecycle_assessment", "answers"] = Answers
