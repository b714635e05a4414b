"""Contains all the data models used in inputs/outputs"""

from .address_body import AddressBody
from .address_kept import AddressKept
from .ask_body import AskBody
from .ask_kept import AskKept
from .asked_body import AskedBody
from .batch_body import BatchBody
from .business_view import BusinessView
from .cap_setting import CapSetting
from .cap_view import CapView
from .consent_text import ConsentText
from .cost_view import CostView
from .data import Data
from .day_view import DayView
from .day_view_failed import DayViewFailed
from .days_view import DaysView
from .demand_view import DemandView
from .demand_view_failed import DemandViewFailed
from .eligibility import Eligibility
from .erased import Erased
from .event_kept import EventKept
from .failure_view import FailureView
from .find_body import FindBody
from .kept_address import KeptAddress
from .message import Message
from .next_view import NextView
from .notification_view import NotificationView
from .notified_body import NotifiedBody
from .notify_body import NotifyBody
from .optin_kept import OptinKept
from .optin_list import OptinList
from .optin_view import OptinView
from .person_export import PersonExport
from .problem import Problem
from .release_body import ReleaseBody
from .release_list import ReleaseList
from .release_view import ReleaseView
from .release_view_failed import ReleaseViewFailed
from .replay_body import ReplayBody
from .replayed_view import ReplayedView
from .reschedule_body import RescheduleBody
from .started_body import StartedBody
from .step_view import StepView
from .tested_view import TestedView
from .topics_view import TopicsView
from .waiting_view import WaitingView
from .webhook_event_view import WebhookEventView
from .webhook_view import WebhookView

__all__ = (
    "AddressBody",
    "AddressKept",
    "AskBody",
    "AskedBody",
    "AskKept",
    "BatchBody",
    "BusinessView",
    "CapSetting",
    "CapView",
    "ConsentText",
    "CostView",
    "Data",
    "DaysView",
    "DayView",
    "DayViewFailed",
    "DemandView",
    "DemandViewFailed",
    "Eligibility",
    "Erased",
    "EventKept",
    "FailureView",
    "FindBody",
    "KeptAddress",
    "Message",
    "NextView",
    "NotificationView",
    "NotifiedBody",
    "NotifyBody",
    "OptinKept",
    "OptinList",
    "OptinView",
    "PersonExport",
    "Problem",
    "ReleaseBody",
    "ReleaseList",
    "ReleaseView",
    "ReleaseViewFailed",
    "ReplayBody",
    "ReplayedView",
    "RescheduleBody",
    "StartedBody",
    "StepView",
    "TestedView",
    "TopicsView",
    "WaitingView",
    "WebhookEventView",
    "WebhookView",
)
