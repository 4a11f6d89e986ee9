#!/bin/sh
# Ask with curl: one whole answer, one stream, one tool.
set -eu
home=${BAGUI_HOME:-$HOME/.bagui}
BAGUI_URL=${BAGUI_URL:-$(sed -n 's/.*"url": "\(.*\)".*/\1/p' "$home/server.json")}
BAGUI_KEY=${BAGUI_KEY:-$(sed -n 's/.*"developer": "\(.*\)".*/\1/p' "$home/demo.json")}

ask() { # path, body
  curl --silent --show-error --no-buffer "$BAGUI_URL$1" \
    --header "Authorization: Bearer $BAGUI_KEY" --header "Content-Type: application/json" --data "$2"
  echo
}

ask /v1/chat/completions '{"model": "bagui", "messages": [{"role": "user", "content": "2025年6月的一年期LPR是多少"}]}'
ask /v1/chat/completions '{"model": "bagui", "stream": true, "messages": [{"role": "user", "content": "流动资金贷款期限最长几年"}]}'
ask /v1/tools/loan_rate '{"arguments": {"day": "2025-06-30", "tenor": "1y"}}'
