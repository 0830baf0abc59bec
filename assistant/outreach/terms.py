"""The terms of a campaign: triggers, limits, who chooses the channel, and the link with which somebody stops."""

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.outreach.choosing import AsListed, ChannelChooser
from assistant.outreach.facts import Policy
from assistant.outreach.triggers import Plan, Trigger
from knowledge.ids import CustomerId

# In whose name messages leave, and who says yes for a trusted trigger.
AUTHOR = "outreach"
BY_TRIGGER = "trigger"


@dataclass(frozen=True)
class Campaign:
    """What a run goes by: the triggers, the limits, who chooses the channel, and the link with which somebody stops."""

    plan: Plan
    policy: Policy = field(default_factory=Policy)
    chooser: ChannelChooser = field(default_factory=AsListed)
    stop_link: Callable[[CustomerId], str] = lambda _: ""

    def trigger(self, name: str) -> Trigger | None:
        """Return the trigger of this name, `None` when it is no longer in the file."""
        return next((one for one in self.plan.triggers if one.name == name), None)
