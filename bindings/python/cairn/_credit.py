"""The call cairn_credit (cairn/credit.h) on sequences."""

import ctypes
from ctypes import POINTER, byref, c_bool, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint64, c_void_p

from ._library import Session, library

PLAN_BYTES = 8192  # room for a cairn_credit_plan, which only the library reads

_ARRAYS = {
    "step_end": c_int32, "step_score": c_double, "step_flag": c_int, "step_state": c_uint64, "drawn": c_uint8,
    "token_reward": c_double, "logp": c_double, "logp_ref": c_double, "logp_sampler": c_double, "value": c_double,
}
_NUMBERS = ("outcome", "format", "think", "pattern", "baseline")
_PER_STEP = ("step_end", "step_score", "step_flag", "step_state")


class Trajectory(ctypes.Structure):
    _fields_ = ([("n_tokens", c_int32), ("n_steps", c_int32)] + [(name, POINTER(kind)) for name, kind in _ARRAYS.items()]
                + [(name, c_double) for name in _NUMBERS] + [("truncated", c_bool), ("name", c_char_p)])


class Group(ctypes.Structure):
    _fields_ = [("responses", POINTER(Trajectory)), ("n", c_int32), ("id", c_uint64)]


class Stats(ctypes.Structure):
    _fields_ = ([(name, c_int64) for name in (
        "groups", "responses", "tokens", "kept_groups", "kept_responses", "flat_groups", "unknown_outcomes",
        "unknown_scores", "unknown_flags", "unknown_thinks", "too_easy", "too_hard", "too_long", "dropped_right",
        "dropped_wrong", "flipped", "nonzero_steps", "clipped_importance", "out_of_bounds")]
        + [(name, c_double) for name in ("mean_return", "mean_outcome", "mean_kl", "trust")])


class Result(ctypes.Structure):
    _fields_ = [("advantage", POINTER(c_double)), ("ret", POINTER(c_double)), ("scalar", POINTER(c_double)),
                ("step", POINTER(c_double)), ("keep", POINTER(c_uint8)), ("stats", Stats)]


class Text(ctypes.Structure):
    _fields_ = [("data", c_char_p), ("length", c_size_t), ("capacity", c_size_t)]


class About(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("summary", c_char_p), ("source", c_char_p), ("options", c_void_p),
                ("option_count", c_int), ("config_size", c_size_t)]


library.cairn_credits.restype = POINTER(POINTER(About))  # a row starts with its cairn_about
library.cairn_credit_find.argtypes = [c_void_p, c_void_p, c_char_p, c_void_p]
library.cairn_credit_explain.argtypes = [c_void_p, c_void_p, POINTER(Text)]
library.cairn_text_free.argtypes = [POINTER(Text)]
library.cairn_text_free.restype = None
library.cairn_credit.argtypes = [c_void_p, c_void_p, POINTER(Group), c_int32, c_int64, POINTER(Result)]


def _plan(session, spec):
    plan = (c_uint64 * (PLAN_BYTES // 8))()
    session.check(library.cairn_credit_find(session.ctx, session.arena, spec.encode(), plan))
    return plan


def credit_rows():
    """Names of the plans that `spec` may begin with."""
    rows, names = library.cairn_credits(), []
    while rows[len(names)]:
        names.append(rows[len(names)].contents.name.decode())
    return names


def explain(spec):
    """What a plan such as "pure:temperature=0.1" does, a line a stage."""
    with Session() as session:
        text = Text()
        try:
            session.check(library.cairn_credit_explain(session.ctx, _plan(session, spec), byref(text)))
            return text.data.decode()
        finally:
            library.cairn_text_free(byref(text))


def _trajectory(response):
    known = {"n_tokens", "truncated", "name", *_ARRAYS, *_NUMBERS}
    if set(response) - known:
        raise ValueError(f"unknown field {sorted(set(response) - known)[0]!r}; known are {', '.join(sorted(known))}")
    made = Trajectory(n_tokens=response["n_tokens"], n_steps=len(response["step_end"]))
    for name, kind in _ARRAYS.items():
        values = response.get(name)
        if values is None:
            continue
        values = values.tolist() if hasattr(values, "tolist") else list(values)
        want = made.n_steps if name in _PER_STEP else made.n_tokens
        if len(values) != want:
            raise ValueError(f"{name} has {len(values)} values, expected {want}")
        if kind is c_uint8:  # masks may be floats
            values = [int(bool(value)) for value in values]
        setattr(made, name, (kind * want)(*values))
    for name in _NUMBERS:
        value = response.get(name)
        setattr(made, name, float("nan") if value is None else value)
    made.truncated = bool(response.get("truncated", False))
    if response.get("name") is not None:
        made.name = response["name"].encode()
    return made


def credit(spec, groups, iteration=0):
    """Advantages of groups of responses by the plan `spec`.

    groups: a list of groups, each a list of dictionaries with the fields of cairn_trajectory; n_tokens and step_end are
    required, a number that is left out is unknown. Arrays are lists or have a method tolist. A group is keyed by its
    place. Returns a dictionary: "advantage" and "ret" [group][response][token], "scalar" and "keep" [group][response],
    "step" [group][response][step], and "stats". Raises CairnError, ValueError for arrays of a wrong length.
    """
    made = [(Trajectory * len(group))(*map(_trajectory, group)) for group in groups]
    given = (Group * len(made))(*(Group(responses, len(responses), i) for i, responses in enumerate(made)))
    every = [response for responses in made for response in responses]
    tokens, steps = sum(r.n_tokens for r in every if r.n_tokens > 0), sum(r.n_steps for r in every)
    arrays = {"advantage": (c_double * tokens)(), "ret": (c_double * tokens)(), "scalar": (c_double * len(every))(),
              "step": (c_double * steps)(), "keep": (c_uint8 * len(every))()}
    result = Result(**arrays)
    with Session() as session:
        plan = _plan(session, spec)
        session.check(library.cairn_credit(session.ctx, plan, given, len(made), iteration, byref(result)))

    def cut(name, length):
        rest = iter(arrays[name])
        return [[[next(rest) for _ in range(length(r))] for r in responses] for responses in made]

    def each(name):
        rest = iter(arrays[name])
        return [[next(rest) for _ in responses] for responses in made]

    return {"advantage": cut("advantage", lambda r: r.n_tokens), "ret": cut("ret", lambda r: r.n_tokens),
            "step": cut("step", lambda r: r.n_steps), "scalar": each("scalar"),
            "keep": [[bool(k) for k in kept] for kept in each("keep")],
            "stats": {name: getattr(result.stats, name) for name, _ in Stats._fields_}}
