from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    label = "lifecycle"
    verbose_name = _("Lifecycle")

    def ready(self):
        from customers import agenda
        from lifecycle.agenda import expected_orders

        agenda.SOURCES.append(expected_orders)
