"""Are accounts worked out on several machines? An engine on Ray. The only room that knows Ray."""

from scoring.cluster.joining import joined
from scoring.cluster.refusals import LostTaskError, NobodyAnswersError, NoRayError, OtherVersionError

__all__ = ["LostTaskError", "NoRayError", "NobodyAnswersError", "OtherVersionError", "joined"]
