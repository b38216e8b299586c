"""An endpoint with the OpenAI interface for tests: python3 mock_openai.py PORT_FILE LOG_FILE.

It writes its port to PORT_FILE. A solution is two steps "Then a + b = c" and a line "#### n", by the request's seed; each new request in
three is refused once with status 503 or 429. LOG_FILE gets a line for each reply: path, status, requests under way.
"""
import hashlib
import http.server
import json
import sys
import threading
import time

lock = threading.Lock()
refused, under_way = set(), [0]


def steps_in(path, body):
    if path.endswith("/chat/completions"):
        last = body["messages"][-1]
        if last["role"] == "assistant":
            assert body["continue_final_message"] is True and body["add_generation_prompt"] is False
        text = last["content"]
    else:
        text = body["prompt"]
    return text.count("Then ")


def critique(path, body):
    """A free request: what the prompt holds after SAY, after a blank line."""
    assert [message["role"] for message in body["messages"]] == ["user"] and body["temperature"] == 0
    text = "Let me see.\n\n" + body["messages"][0]["content"].split("SAY ")[1].split("\n")[0]
    return {"choices": [{"finish_reason": "length" if "CUT" in text else "stop", "message": {"content": text}}]}


def reply_to(path, body):
    if "stop" not in body:
        return critique(path, body)
    k, seed = steps_in(path, body), body["seed"]
    text = "Then %d + %d = %d" % (seed % 3, k, seed % 3 + k) if k < 2 else "#### %d" % (seed % 4)
    assert body["stop"] == ["\n\n"] and body["max_tokens"] > 0 and body["temperature"] == 1
    choice = {"finish_reason": "stop", "stop_reason": "\n\n"}
    if path.endswith("/chat/completions"):
        assert body["messages"][0]["role"] == "system"
        choice["message"] = {"role": "assistant", "content": text}
        if body.get("logprobs"):
            choice["logprobs"] = {"content": [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -0.25}]}
    else:
        choice["text"] = text
        if body.get("logprobs"):
            choice["logprobs"] = {"token_logprobs": [-0.5, -0.25]}
    return {"choices": [choice], "usage": {"completion_tokens": 7}}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        with lock:
            under_way[0] += 1
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        key = hashlib.sha256(raw).digest()
        with lock:
            refuse = key[0] % 3 == 0 and key not in refused
            refused.add(key)
        status, said = 200, None
        if self.headers.get("Authorization") != "Bearer secret":
            status, said = 401, {"error": "no key"}
        elif json.loads(raw)["model"] != "toy":
            status, said = 404, {"error": "no such model"}
        elif refuse:
            status, said = (503 if key[1] % 2 else 429), {"error": "busy"}
        else:
            said = reply_to(self.path, json.loads(raw))
        time.sleep(0.01)
        with lock:
            with open(sys.argv[2], "a") as log:
                log.write("%s %d %d\n" % (self.path, status, under_way[0]))
            under_way[0] -= 1
        text = json.dumps(said).encode()
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *unused):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(sys.argv[1], "w") as file:
    file.write("%d\n" % server.server_address[1])
server.serve_forever()
