"""Which access keys this cloud knows, with their secrets: its own, those of users in IAM, and sessions of STS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local_sagemaker.app import ACCESS_KEY_ID, SECRET_ACCESS_KEY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator


class AccessKey(NamedTuple):
    """A key that requests are signed with.

    Attributes
    ----------
    secret
        The secret access key.
    active
        Whether its user has not switched it off.
    session_token
        Of a session; None of a key without one.
    expiration
        When a session ends, in UTC without a time zone, as moto keeps it; None: never.
    """

    secret: str
    active: bool = True
    session_token: str | None = None
    expiration: dt.datetime | None = None

    @property
    def expired(self) -> bool:
        """Whether the session has ended, by this machine's clock: `pace` does not move it."""
        return self.expiration is not None and self.expiration <= utcnow()


_OWN = AccessKey(SECRET_ACCESS_KEY)


def find_key(access_key_id: str) -> AccessKey | None:
    """Find an access key of any account.

    Parameters
    ----------
    access_key_id
        As a request's signature names it.

    Returns
    -------
    AccessKey or None
        None for a key that this cloud has not given out, or whose user is deleted.
    """
    if access_key_id == ACCESS_KEY_ID:
        return _OWN
    for iam in _all(iam_backends):
        key = iam.access_keys.get(access_key_id)
        if key is None:
            continue
        if key.user_name is None:
            return _session(access_key_id)
        if key.user_name in iam.users:
            return AccessKey(key.secret_access_key, active=key.status == "Active")
    return None


def _session(access_key_id: str) -> AccessKey | None:
    # The newest first: it is mostly that one whose key is in use.
    sessions = (session for sts in _all(sts_backends) for session in reversed(sts.assumed_roles))
    found = (
        AccessKey(one.secret_access_key, session_token=one.session_token, expiration=one.expiration)
        for one in sessions
        if one.access_key_id == access_key_id
    )
    return next(found, None)


def _all(backends: Any) -> Iterator[Any]:
    """Yield the backends of all accounts and partitions; another thread may be making one."""
    for account in list(backends.values()):
        yield from list(account.values())
