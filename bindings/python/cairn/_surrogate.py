"""The call cairn_surrogate_loss (cairn/surrogate.h) on sequences."""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_uint8, c_void_p

from ._library import Session, library

_DOUBLES = ("logp", "logp_old", "logp_ref", "logp_sampler", "advantage")


class Surrogate(ctypes.Structure):
    _fields_ = [("type", c_void_p), ("config", c_void_p)]


class Batch(ctypes.Structure):
    _fields_ = ([("n_sequences", c_int32), ("offsets", POINTER(c_int32))] + [(name, POINTER(c_double)) for name in _DOUBLES]
                + [("mask", POINTER(c_uint8)), ("entropy", POINTER(c_double)), ("of", c_void_p)])


class Stats(ctypes.Structure):
    _fields_ = ([(name, c_int64) for name in ("sequences", "tokens", "skipped", "masked", "truncated")]
                + [(name, c_double) for name in (
                    "policy_loss", "kl_loss", "clipped_low", "clipped_high", "clipped_dual", "mean_ratio",
                    "largest_ratio", "mean_weight", "kl_old", "kl_ref", "kl_sampler", "largest_gap", "effective",
                    "surprise", "entropy")])


library.cairn_surrogate_find.argtypes = [c_void_p, c_void_p, c_char_p, POINTER(Surrogate)]
library.cairn_surrogate_loss.argtypes = [c_void_p, POINTER(Surrogate), POINTER(Batch), POINTER(c_double),
                                         POINTER(c_double), POINTER(Stats)]


def surrogate(spec, logp, advantage, *, logp_old=None, logp_ref=None, logp_sampler=None, mask=None, entropy=None):
    """Loss, slope and stats of the policy-gradient loss `spec`, such as "ppo:clip=0.2".

    Every array is [sequence][token], lists or with a method tolist; None: not given. slope[i][t] is d loss / d
    logp[i][t]. Raises CairnError, ValueError for arrays of different shapes.
    """
    given = {"logp": logp, "advantage": advantage, "logp_old": logp_old, "logp_ref": logp_ref,
             "logp_sampler": logp_sampler, "mask": mask, "entropy": entropy}
    rows = {name: [r.tolist() if hasattr(r, "tolist") else list(r) for r in value]
            for name, value in given.items() if value is not None}
    lengths = [len(row) for row in rows["logp"]]
    batch = Batch(n_sequences=len(lengths))
    batch.offsets = (c_int32 * (len(lengths) + 1))(*(sum(lengths[:i]) for i in range(len(lengths) + 1)))
    for name, value in rows.items():
        if [len(row) for row in value] != lengths:
            raise ValueError(f"{name} has not the shape of logp")
        flat = [int(bool(x)) if name == "mask" else x for row in value for x in row]
        setattr(batch, name, ((c_uint8 if name == "mask" else c_double) * sum(lengths))(*flat))
    kind, loss, slope, stats = Surrogate(), c_double(), (c_double * sum(lengths))(), Stats()
    with Session() as session:
        session.check(library.cairn_surrogate_find(session.ctx, session.arena, spec.encode(), byref(kind)))
        session.check(library.cairn_surrogate_loss(session.ctx, byref(kind), byref(batch), byref(loss), slope, byref(stats)))
    rest = iter(slope)
    return (loss.value, [[next(rest) for _ in range(length)] for length in lengths],
            {name: getattr(stats, name) for name, _ in Stats._fields_})
