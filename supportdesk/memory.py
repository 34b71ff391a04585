"""What every long-lived process does once it has loaded everything."""

import gc

_EVERY = (20_000, 20, 20)  # new objects that set off a search for garbage; Python's own are 700, 10, 10


def settle() -> None:
    """Take what was loaded so far for no garbage ever, and search more seldom.

    Reading 500 tickets makes some 20,000 objects that live to the end of their batch: a fifth of a sweep's own time
    went into looking through them again and again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_EVERY)
