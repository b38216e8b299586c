"""The decoder of include/cairn/transformer.h written independently in PyTorch, in double: logits and gradients to compare with.

usage: transformer.py FOLDER

Reads FOLDER/shape.json {"heads", "kv_heads", "rope_base", "norm_eps", "tied", "params": [[name, [dims]], ...], "sequences":
[[token, ...], ...]} and FOLDER/params.f32 (the parameters one after the other). Writes FOLDER/logits.f64 (all positions of all
sequences) and FOLDER/grads.f64 of the mean next-token loss over all positions that have a next token.
"""
import json, math, os, sys
import torch

torch.set_num_threads(1)
folder = sys.argv[1]
shape = json.load(open(os.path.join(folder, "shape.json")))
raw = torch.frombuffer(bytearray(open(os.path.join(folder, "params.f32"), "rb").read()), dtype=torch.float32).double()
params, at = {}, 0
for name, dims in shape["params"]:
    size = math.prod(dims)
    params[name] = raw[at:at + size].reshape(dims).clone().requires_grad_(True)
    at += size


def norm(x, gain):
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + shape["norm_eps"]) * gain


def rotate(x):  # [T, heads, dim]
    length, _, dim = x.shape
    frequency = shape["rope_base"] ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    angle = torch.outer(torch.arange(length, dtype=torch.float64), frequency)[:, None, :]
    first, second = x[..., :dim // 2], x[..., dim // 2:]
    return torch.cat((first * angle.cos() - second * angle.sin(), second * angle.cos() + first * angle.sin()), -1)


def decoder(tokens):
    x = params["token_embd.weight"][tokens]
    length, width = x.shape
    heads, kv_heads = shape["heads"], shape["kv_heads"]
    dim = width // heads
    hidden = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
    layer = 0
    while f"blk.{layer}.attn_q.weight" in params:
        w = lambda part: params[f"blk.{layer}.{part}.weight"]
        h = norm(x, w("attn_norm"))
        q = rotate((h @ w("attn_q").T).view(length, heads, dim))
        k = rotate((h @ w("attn_k").T).view(length, kv_heads, dim))
        v = (h @ w("attn_v").T).view(length, kv_heads, dim)
        k, v = (t.repeat_interleave(heads // kv_heads, dim=1) for t in (k, v))
        scores = torch.einsum("ihd,jhd->hij", q, k) / math.sqrt(dim)
        weights = scores.masked_fill(hidden, float("-inf")).softmax(-1)
        x = x + torch.einsum("hij,jhd->ihd", weights, v).reshape(length, width) @ w("attn_output").T
        h = norm(x, w("ffn_norm"))
        x = x + (torch.nn.functional.silu(h @ w("ffn_gate").T) * (h @ w("ffn_up").T)) @ w("ffn_down").T
        layer += 1
    output = params["token_embd.weight"] if shape["tied"] else params["output.weight"]
    return norm(x, params["output_norm.weight"]) @ output.T


logits, losses = [], []
for sequence in shape["sequences"]:
    tokens = torch.tensor(sequence)
    y = decoder(tokens)
    logits.append(y)
    losses.append(-y.log_softmax(-1)[:-1].gather(1, tokens[1:, None]).flatten())
torch.cat(losses).mean().backward()
with open(os.path.join(folder, "logits.f64"), "wb") as file:
    file.write(torch.cat(logits).detach().numpy().tobytes())
with open(os.path.join(folder, "grads.f64"), "wb") as file:
    for name, _ in shape["params"]:
        file.write(params[name].grad.numpy().tobytes())
