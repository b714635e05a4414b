"""Contains all the data models used in inputs/outputs"""

from .address_body import AddressBody
from .ask_body import AskBody
from .asked_body import AskedBody
from .batch_body import BatchBody
from .cap_view import CapView
from .consent_text import ConsentText
from .data import Data
from .demand_view import DemandView
from .demand_view_failed import DemandViewFailed
from .eligibility import Eligibility
from .erased import Erased
from .failure_view import FailureView
from .kept_address import KeptAddress
from .message import Message
from .notification_view import NotificationView
from .notified_body import NotifiedBody
from .notify_body import NotifyBody
from .optin_list import OptinList
from .optin_view import OptinView
from .problem import Problem
from .release_body import ReleaseBody
from .release_list import ReleaseList
from .release_view import ReleaseView
from .release_view_failed import ReleaseViewFailed
from .reschedule_body import RescheduleBody
from .started_body import StartedBody
from .step_view import StepView
from .topics_view import TopicsView
from .webhook_event_view import WebhookEventView
from .webhook_view import WebhookView

__all__ = (
    "AddressBody",
    "AskBody",
    "AskedBody",
    "BatchBody",
    "CapView",
    "ConsentText",
    "Data",
    "DemandView",
    "DemandViewFailed",
    "Eligibility",
    "Erased",
    "FailureView",
    "KeptAddress",
    "Message",
    "NotificationView",
    "NotifiedBody",
    "NotifyBody",
    "OptinList",
    "OptinView",
    "Problem",
    "ReleaseBody",
    "ReleaseList",
    "ReleaseView",
    "ReleaseViewFailed",
    "RescheduleBody",
    "StartedBody",
    "StepView",
    "TopicsView",
    "WebhookEventView",
    "WebhookView",
)
