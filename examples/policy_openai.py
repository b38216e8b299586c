#!/usr/bin/env python3
"""A policy over any endpoint with the OpenAI interface (vLLM, llama.cpp, Ollama, OpenAI, ...). Needs Python 3.8, nothing else.

    export OPENAI_BASE_URL=http://localhost:8000/v1 OPENAI_MODEL=Qwen/Qwen2.5-7B-Instruct
    cairn solve --world gsm8k --problems test.jsonl -n 50 --search beam --policy exec:examples/policy_openai.py

The address, the key and the model come from OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL, so that no secret is part of a command.
Each request of Cairn is one request to the endpoint: the model writes the next step and stops at --stop, which ends a step. Asked
freely, as a critic, it gets the prompt as the user's message:

    cairn eval processbench gsm8k.jsonl --critic exec:examples/policy_openai.py --run replies.db
"""
import argparse
import concurrent.futures
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request

SYSTEM = ("Solve the problem step by step. Write one step in one paragraph, and put a blank line after it. "
          "End with one line of the form: The answer is ANSWER.")
RETRIED = {408, 409, 425, 429, 500, 502, 503, 504}  # by HTTP status; the rest will not get better


def read_options():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--model", default=os.environ.get("OPENAI_MODEL", ""), help="default: OPENAI_MODEL")
    options.add_argument("--threads", type=int, default=32, help="requests at a time")
    options.add_argument("--stop", default="\\n\\n", help="text that ends a step (\\n is a line break)")
    options.add_argument("--end", default=r"the answer is|\\boxed|^####", help="pattern of a step that ends the solution")
    options.add_argument("--system", default=SYSTEM, help="instructions, for chat")
    options.add_argument("--completions", action="store_true",
                         help="/completions, for base models: problem and steps as one text, which the model continues")
    options.add_argument("--prefill", action="store_true",
                         help="chat whose last message the model continues (vLLM): the steps are sent as its own words")
    options.add_argument("--logprobs", action="store_true", help="ask for log-probabilities, which some endpoints refuse")
    options.add_argument("--retries", type=int, default=6, help="tries after the first, with growing pauses")
    options.add_argument("--timeout", type=float, default=300, help="seconds for a try")
    options = options.parse_args()
    if not options.model:
        sys.exit("set OPENAI_MODEL or give --model NAME")
    options.stop = options.stop.replace("\\n", "\n")
    options.url = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1").rstrip("/")
    return options


# ---- the endpoint ----------------------------------------------------------------------------------------------------


def pause_before(attempt, error):
    """Seconds: what the endpoint asks for, else 0.5, 1, 2, ... up to 30."""
    asked = error.headers.get("Retry-After", "") if isinstance(error, urllib.error.HTTPError) else ""
    return min(float(asked), 60) if re.fullmatch(r"\d+(\.\d+)?", asked) else min(0.5 * 2 ** attempt, 30)


def post(options, path, body):
    """The endpoint's reply. Raises RuntimeError with one sentence when all tries failed."""
    headers = {"Content-Type": "application/json"}
    if os.environ.get("OPENAI_API_KEY"):
        headers["Authorization"] = "Bearer " + os.environ["OPENAI_API_KEY"]
    for attempt in range(options.retries + 1):
        try:
            request = urllib.request.Request(options.url + path, json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=options.timeout) as reply:
                return json.load(reply)
        except urllib.error.HTTPError as error:
            problem, final = "HTTP %d %s" % (error.code, error.read(300).decode(errors="replace")), error.code not in RETRIED
            failure = error
        except (OSError, ValueError) as error:  # no connection, no reply in time, no JSON
            problem, final, failure = str(error), False, error
        if final or attempt == options.retries:
            raise RuntimeError("%s%s: %s" % (options.url, path, " ".join(problem.split())))
        time.sleep(pause_before(attempt, failure))


def body_of(options, request):
    """Path and body of the request for the next step."""
    steps = request["steps"]
    body = {
        "model": options.model,
        "temperature": request["temperature"],
        "max_tokens": request["max_tokens"],
        "seed": int(request["seed"]) % 2**31,  # equal requests of one run stay equal, where the endpoint takes a seed
        "stop": [options.stop],
    }
    so_far = "".join(step + options.stop for step in steps)
    if options.completions:
        body["prompt"] = request["problem"] + options.stop + so_far
        if options.logprobs:
            body["logprobs"] = 1
        return "/completions", body
    messages = [{"role": "system", "content": options.system}, {"role": "user", "content": request["problem"]}]
    if steps and options.prefill:
        messages.append({"role": "assistant", "content": so_far})
        body.update(continue_final_message=True, add_generation_prompt=False)
    elif steps:
        messages[1]["content"] += "\n\nThe solution so far:\n\n" + so_far + "Write the next step only."
    body["messages"] = messages
    if options.logprobs:
        body["logprobs"] = True
    return "/chat/completions", body


def logp_of(choice):
    """Sum of the tokens' log-probabilities; None where the endpoint tells none."""
    told = choice.get("logprobs") or {}
    if told.get("content"):
        return min(0.0, sum(token["logprob"] for token in told["content"]))
    if told.get("token_logprobs"):
        return min(0.0, sum(value or 0.0 for value in told["token_logprobs"]))
    return None


def propose(options, request):
    """The reply to one line of Cairn."""
    path, body = body_of(options, request)
    said = post(options, path, body)
    choice = said["choices"][0]
    text = (choice["text"] if options.completions else choice["message"].get("content") or "").strip()
    # vLLM says which stop text it met: none, where the model ended its text by itself.
    ended = choice.get("finish_reason") == "stop" and "stop_reason" in choice and choice["stop_reason"] is None
    reply = {"text": text, "end": bool(ended or re.search(options.end, text, re.IGNORECASE | re.MULTILINE))}
    if not text:
        if not request["steps"]:
            raise RuntimeError("%s wrote nothing" % options.model)
        reply["end"] = True  # the solution ended with the step before
    if isinstance((said.get("usage") or {}).get("completion_tokens"), int):
        reply["tokens"] = said["usage"]["completion_tokens"]
    if logp_of(choice) is not None:
        reply["logp"] = logp_of(choice)
    return reply


def ask(options, request):
    """The reply to a free request, such as a critic's: the prompt is the user's message, and the model writes to its end."""
    if request["choices"]:
        raise RuntimeError("an endpoint tells no probabilities of choices; read the verdict in the text")
    text = "\n".join([request["prompt"]] + request["steps"] + ([request["begun"]] if request["begun"] else []))
    body = {"model": options.model, "temperature": request["temperature"], "max_tokens": request["max_tokens"],
            "seed": int(request["seed"]) % 2**31}
    if request["stops"]:
        body["stop"] = request["stops"]
    if options.completions:
        body["prompt"] = text
    else:
        body["messages"] = [{"role": "user", "content": text}]
    said = post(options, "/completions" if options.completions else "/chat/completions", body)
    choice = said["choices"][0]
    reply = {"text": (choice["text"] if options.completions else choice["message"].get("content") or "").strip(),
             "end": choice.get("finish_reason") != "length"}
    if isinstance((said.get("usage") or {}).get("completion_tokens"), int):
        reply["tokens"] = said["usage"]["completion_tokens"]
    return reply


# ---- Cairn -----------------------------------------------------------------------------------------------------------


def main():
    options = read_options()
    lock = threading.Lock()  # lines of two threads do not mix

    def answer(line):
        request = json.loads(line)
        try:
            reply = (ask if request["verb"] == "ask" else propose)(options, request)
        except Exception as error:  # one request fails; Cairn tries it again, or stops with this sentence
            reply = {"error": "%s" % error if isinstance(error, RuntimeError) else "%s: %s" % (type(error).__name__, error)}
        reply["id"] = request["id"]
        with lock:
            print(json.dumps(reply), flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.threads) as pool:
        for line in sys.stdin:
            pool.submit(answer, line)


if __name__ == "__main__":
    try:
        main()
    except (BrokenPipeError, KeyboardInterrupt):
        os._exit(1)  # Cairn is gone
