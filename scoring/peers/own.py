"""How far could the truth of a manager's own work lie? The error of a range, where accounts are shared and unlike.

With accounts of one's own alone, no more restless than others, it is the standard error of the belief. A shared
account shows what others did, too, and of one's own work only a part. And where accounts move more by chance, they
move more by whoever looks after them: the same k is held to for all kinds, so that the variance of managers goes with
that of accounts.
"""

import numpy as np

from scoring.peers.books import Books, Flags, Vector
from scoring.peers.credibility import Peers, Shrunk
from scoring.peers.joint import carried
from scoring.peers.noise import Noise, of_books


def range_error(
    shrunk: Shrunk, known: Peers, told: Flags, *, part: Vector, books: Books, heard: Noise, between: float
) -> Vector:
    """The standard error of the range of those who are `told` of, never below that of the belief.

    The mean square of the truth less the belief, Z being what it is: of what is one's own but not believed, of what
    others did to shared accounts, of chance, and of the peers' mean. `part` is what each part of a unit weighs in its
    book; `between` the variance of managers that such averages show, of which they show a part only.
    """
    shown, mine = carried(part, books)[told], books.by_manager(part * books.share)[told]
    truly = between / float(np.mean(shown)) if len(shown) else between
    restless = books.by_manager(part * heard.unit[books.unit])[told] / heard.pooled
    theirs = truly * np.maximum(shown - mine**2, 0.0)
    z, has = shrunk.z, known.evidence > 0
    of_mean = np.divide(1.0, known.evidence, out=np.zeros_like(z), where=has)
    squared = truly * np.maximum(restless, 1.0) * (1 - z * mine) ** 2
    squared += z**2 * (of_books(part, heard, books)[told] + theirs) + (1 - z) ** 2 * of_mean
    return np.where(has, np.maximum(np.sqrt(squared), shrunk.error), shrunk.error)
