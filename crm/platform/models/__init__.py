from crm.platform.models.calendars import BusinessCalendar, BusinessDay, BusinessHours
from crm.platform.models.exports import Export
from crm.platform.models.files import StoredFile
from crm.platform.models.hooks import TOLD, HookEvent, WebHook, WebHookDelivery
from crm.platform.models.installation import Installation
from crm.platform.models.jobs import Heartbeat, Job, JobStep
from crm.platform.models.outbox import OutboxMessage

__all__ = [
    "TOLD",
    "BusinessCalendar",
    "BusinessDay",
    "BusinessHours",
    "Export",
    "Heartbeat",
    "HookEvent",
    "Installation",
    "Job",
    "JobStep",
    "OutboxMessage",
    "StoredFile",
    "WebHook",
    "WebHookDelivery",
]
