"""An advantage estimator for verl: register_adv_est("cairn")(estimator("pure"))."""

from .._credit import credit


def _rows(tensor):
    return tensor.tolist() if hasattr(tensor, "tolist") else tensor


def _response(rewards, mask):
    n = max((t + 1 for t, drawn in enumerate(mask) if drawn or rewards[t] != 0), default=len(mask))
    ends = [t for t in range(n - 1) if rewards[t] != 0]
    return {"n_tokens": n, "step_end": ends + [n - 1], "drawn": [int(bool(m)) for m in mask[:n]],
            "step_score": [rewards[t] for t in ends] + [float("nan")], "outcome": rewards[n - 1]}


def estimator(spec):
    """A function of token_level_rewards [B, T], response_mask [B, T] and index [B] that gives advantages and returns,
    both [B, T], of the rewards' type where that is a tensor. The reward on a response's last token is its outcome; the
    other rewards that are not 0 are step scores on the ends of their steps, the last step's score is unknown. Rows with
    one index are a group."""

    def compute(token_level_rewards, response_mask, index, config=None, **_):
        rewards, mask = _rows(token_level_rewards), _rows(response_mask)
        places = {}
        for row, key in enumerate(_rows(index)):
            places.setdefault(key, []).append(row)
        made = credit(spec, [[_response(rewards[i], mask[i]) for i in rows] for rows in places.values()])

        def padded(name):
            out = [None] * len(rewards)
            for rows, values in zip(places.values(), made[name]):
                for row, tokens in zip(rows, values):
                    out[row] = tokens + [0.0] * (len(rewards[row]) - len(tokens))
            return token_level_rewards.new_tensor(out) if hasattr(token_level_rewards, "new_tensor") else out

        return padded("advantage"), padded("ret")

    return compute
