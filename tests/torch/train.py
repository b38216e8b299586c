"""Training of the decoder of include/cairn/transformer.h written independently in PyTorch, in f32: losses to compare with.

usage: train.py FOLDER

Reads FOLDER/train.json {"heads", "kv_heads", "rope_base", "norm_eps", "params": [[name, [dims]], ...], "tokens": [[token, ...], ...]
(all of one length), "prompt", "runs", "steps", "warmup", "rate", "last_rate", "decay", "clip"} and FOLDER/params.f32 (the first values of
every run, one after the other; tied embedding). Every step takes all sequences; learned is what follows the first `prompt` tokens. Writes
FOLDER/losses.f64 [runs, steps].
"""
import json, math, os, sys
import torch

torch.set_num_threads(1)
folder = sys.argv[1]
case = json.load(open(os.path.join(folder, "train.json")))
raw = torch.frombuffer(bytearray(open(os.path.join(folder, "params.f32"), "rb").read()), dtype=torch.float32)
tokens = torch.tensor(case["tokens"])  # [N, T]
count, length = tokens.shape
hidden = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
heads, kv_heads = case["heads"], case["kv_heads"]


def norm(x, gain):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + case["norm_eps"]) * gain


def rotate(x):  # [N, T, heads, dim]
    dim = x.shape[-1]
    frequency = case["rope_base"] ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), frequency)[None, :, None, :].float()
    a, b = x.chunk(2, -1)
    return torch.cat((a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()), -1)


def loss_of(params):
    x = params["token_embd.weight"][tokens]
    dim = x.shape[-1] // heads
    layer = 0
    while f"blk.{layer}.attn_q.weight" in params:
        w = lambda part: params[f"blk.{layer}.{part}.weight"]
        h = norm(x, w("attn_norm"))
        q = rotate((h @ w("attn_q").T).view(count, length, heads, dim))
        k = rotate((h @ w("attn_k").T).view(count, length, kv_heads, dim)).repeat_interleave(heads // kv_heads, 2)
        v = (h @ w("attn_v").T).view(count, length, kv_heads, dim).repeat_interleave(heads // kv_heads, 2)
        scores = torch.einsum("nihd,njhd->nhij", q, k) / math.sqrt(dim)
        mixed = torch.einsum("nhij,njhd->nihd", scores.masked_fill(hidden, float("-inf")).softmax(-1), v)
        x = x + mixed.reshape(count, length, -1) @ w("attn_output").T
        h = norm(x, w("ffn_norm"))
        x = x + (torch.nn.functional.silu(h @ w("ffn_gate").T) * (h @ w("ffn_up").T)) @ w("ffn_down").T
        layer += 1
    logits = norm(x, params["output_norm.weight"])[:, case["prompt"] - 1:-1] @ params["token_embd.weight"].T
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, case["prompt"]:].flatten())


def rate(step):
    if step <= case["warmup"]:
        return case["rate"] * step / case["warmup"]
    done = (step - case["warmup"]) / (case["steps"] - case["warmup"])
    last = case["rate"] * case["last_rate"]
    return last + (case["rate"] - last) * (1 + math.cos(math.pi * done)) / 2


at, losses = 0, []
for run in range(case["runs"]):
    params = {}
    for name, dims in case["params"]:
        params[name] = raw[at:at + math.prod(dims)].reshape(dims).clone().requires_grad_(True)
        at += math.prod(dims)
    groups = [{"params": [p for p in params.values() if p.dim() == 2], "weight_decay": case["decay"]},
              {"params": [p for p in params.values() if p.dim() == 1], "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8)
    for step in range(1, case["steps"] + 1):
        for group in optimiser.param_groups:
            group["lr"] = rate(step)
        optimiser.zero_grad()
        loss = loss_of(params)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(list(params.values()), case["clip"])
        optimiser.step()
        losses.append(loss.item())
with open(os.path.join(folder, "losses.f64"), "wb") as file:
    file.write(torch.tensor(losses, dtype=torch.float64).numpy().tobytes())
