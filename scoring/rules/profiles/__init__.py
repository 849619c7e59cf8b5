"""Which definitions do others use? Profiles: named sets of policies that a rulebook may start from."""

from scoring.rules.profiles.profile import DEFINING, NAMES, Profile, Stated, profile, profiles
from scoring.rules.profiles.taking import settings_of, switched, with_profile

__all__ = ["DEFINING", "NAMES", "Profile", "Stated", "profile", "profiles", "settings_of", "switched", "with_profile"]
