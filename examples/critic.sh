#!/bin/sh
# A critic over any command that reads a prompt on its standard input and writes its reply. Needs jq.
#
#     cairn eval processbench gsm8k.jsonl --critic 'exec:command=examples/critic.sh ollama run qwen3,processes=4'
#
# One request at a time; `processes` says how many of these run beside each other.
while read -r line; do
    id=$(printf '%s' "$line" | jq .id)
    if text=$(printf '%s' "$line" | jq -r .prompt | "$@"); then
        printf '%s' "$text" | jq -Rsc --argjson id "$id" '{id: $id, text: .}'
    else
        printf '{"id":%s,"error":"the command failed"}\n' "$id"
    fi
done
