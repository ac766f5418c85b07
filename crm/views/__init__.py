"""The pages of the top floor: those that cross the apps."""

from crm.views.health import healthz, readyz
from crm.views.home import home
from crm.views.settings import installation_settings
from crm.views.users import user_deactivate

__all__ = ["healthz", "home", "installation_settings", "readyz", "user_deactivate"]
