#!/usr/bin/env python3
"""A step reward by a token classifier of Hugging Face transformers, as TRL's PRMTrainer makes them.

    cairn score solutions.jsonl --reward 'exec:command=examples/reward_transformers.py MODEL,reads=solution'

The score of a step is the probability of label 1 at the last token of the separator behind it: the step is right. It needs torch and
transformers; with --mock it loads nothing and calls a step wrong that says "obviously", to try the plumbing.
"""
import argparse
import json
import queue
import sys
import threading


def read_options():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("model", nargs="?", help="name or folder of the model")
    options.add_argument("--separator", default="\\n", help="what stands behind each step (TRL's step_separator; \\n is a line break)")
    options.add_argument("--batch", type=int, default=16, help="solutions computed together, at most")
    options.add_argument("--device", default="", help="default: cuda where there is one, else cpu")
    options.add_argument("--dtype", default="auto", help="of the weights: auto, float32, bfloat16, float16")
    options.add_argument("--mock", action="store_true", help="no model: a step that says 'obviously' is wrong")
    options = options.parse_args()
    if bool(options.model) == options.mock:
        sys.exit("name a model, or give --mock")
    options.separator = options.separator.replace("\\n", "\n")
    return options


# ---- scorers: a list of (problem, steps) becomes a list of lists, one score a step ---------------------------------------


def mock_scorer(solutions):
    return [[0.0 if "obviously" in step else 1.0 for step in steps] for _, steps in solutions]


def transformers_scorer(options):
    import torch
    from transformers import AutoModelForTokenClassification, AutoTokenizer

    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    dtype = options.dtype if options.dtype == "auto" else getattr(torch, options.dtype)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    model = AutoModelForTokenClassification.from_pretrained(options.model, torch_dtype=dtype).to(device).eval()
    separator = tokenizer.encode(options.separator, add_special_tokens=False)
    longest = getattr(model.config, "max_position_embeddings", None)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0  # never attended to

    def encode(problem, steps):
        """Token ids, and the position of each step's score. As TRL: each part is encoded by itself."""
        ids = [tokenizer.bos_token_id] if tokenizer.bos_token_id is not None else []
        ids += tokenizer.encode(problem, add_special_tokens=False)
        at = []
        for step in steps:
            ids += tokenizer.encode(step, add_special_tokens=False) + separator
            at.append(len(ids) - 1)
        if longest and len(ids) > longest:
            raise ValueError("the solution has %d tokens, the model reads %d" % (len(ids), longest))
        return ids, at

    @torch.no_grad()
    def score(solutions):
        texts = [encode(*solution) for solution in solutions]
        width = max(len(ids) for ids, _ in texts)
        rows = torch.full((len(texts), width), padding)
        mask = torch.zeros((len(texts), width), dtype=torch.long)
        for i, (ids, _) in enumerate(texts):
            rows[i, : len(ids)] = torch.tensor(ids)
            mask[i, : len(ids)] = 1
        logits = model(input_ids=rows.to(device), attention_mask=mask.to(device)).logits.float()
        right = logits.softmax(-1)[..., 1].cpu()
        return [right[i, at].tolist() for i, (_, at) in enumerate(texts)]

    return score


# ---- Cairn -----------------------------------------------------------------------------------------------------------


def reply_to(request, scores):
    if request["verb"] == "score_solution":
        return {"id": request["id"], "scores": scores}
    return {"id": request["id"], "score": scores[-1]}


def answer(requests, score):
    """One batch; where it fails, each request by itself, so that one that fails takes no other with it."""
    try:
        scores = score([(request["problem"], request["steps"]) for request in requests])
    except Exception as error:
        if len(requests) == 1:
            print(json.dumps({"id": requests[0]["id"], "error": "%s: %s" % (type(error).__name__, error)}), flush=True)
        else:
            for request in requests:
                answer([request], score)
        return
    for request, of_steps in zip(requests, scores):
        print(json.dumps(reply_to(request, of_steps)), flush=True)


def main():
    options = read_options()
    score = mock_scorer if options.mock else transformers_scorer(options)
    lines = queue.Queue()

    def read():
        for line in sys.stdin:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    more = True
    while more:
        batch = [lines.get()]  # waits for the first request, and takes with it what has come meanwhile
        while batch[-1] is not None and len(batch) < options.batch and not lines.empty():
            batch.append(lines.get())
        more = batch[-1] is not None
        requests = [json.loads(line) for line in batch if line is not None]
        if requests:
            answer(requests, score)


if __name__ == "__main__":
    main()
