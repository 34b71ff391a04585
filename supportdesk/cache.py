"""Redis as the cache, and this process's own memory while Redis is away: no page fails or waits because of it.

The cache counts attempts to sign in and codes that were used. Counted a process, the limits are looser, not gone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
TIMEOUT = 1.0  # seconds
LEFT_ALONE_FOR = 10.0  # seconds after a failure: a Redis that hangs costs one page its time-out, not each
_alone_until: dict[str, float] = {}  # by address; Django makes a cache object a thread


class RedisOrLocalCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        patience = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT, "retry": Retry(NoBackoff(), 0)}
        super().__init__(server, params | {"OPTIONS": patience | params.get("OPTIONS", {})})
        self._address = server
        self._local = LocMemCache("while-redis-is-away", params)

    def add(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().add, self._local.add, *args, **kwargs)

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().get, self._local.get, *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().set, self._local.set, *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().touch, self._local.touch, *args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().delete, self._local.delete, *args, **kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().get_many, self._local.get_many, *args, **kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().has_key, self._local.has_key, *args, **kwargs)

    def incr(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().incr, self._local.incr, *args, **kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().set_many, self._local.set_many, *args, **kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> Any:
        return self._ask(super().delete_many, self._local.delete_many, *args, **kwargs)

    def clear(self) -> Any:
        return self._ask(super().clear, self._local.clear)

    def _ask(self, redis: Callable[..., Any], local: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() < _alone_until.get(self._address, 0.0):
            return local(*args, **kwargs)
        try:
            return redis(*args, **kwargs)
        except (RedisError, OSError) as error:
            _alone_until[self._address] = time.monotonic() + LEFT_ALONE_FOR
            logger.warning("Redis does not answer as the cache, this process counts alone for a while: %s", error)
            return local(*args, **kwargs)
