#!/usr/bin/env bash
# Makes the Secrets of secrets.yaml.example in a cluster; existing ones stay as they are.
#   k8s/make-secrets.sh --context NAME
# Each value comes from its variable when that is set, and is random when not: POSTGRES_PASSWORD, DATABASE_PASSWORD, REDIS_PASSWORD (letters and
# digits), CREDENTIALS_KEY (32 bytes in base64). The namespace has to be there. KUBECTL names another kubectl.
set -euo pipefail

usage() {
  sed -n '2,5p' "$0" | cut -c3- >&2
  exit 2
}
[[ $# == 2 && $1 == --context && -n $2 ]] || usage
context=$2
kubectl=${KUBECTL:-kubectl}

kube() { "$kubectl" --context "$context" --namespace ai-agents "$@"; }

kube get namespace ai-agents >/dev/null || {
  echo "make-secrets: no namespace ai-agents in $context: kubectl apply -f k8s/base/namespace.yaml" >&2
  exit 1
}

password() { # VARIABLE
  local value=${!1:-}
  [[ -n $value ]] || value=$(openssl rand -hex 24)
  [[ $value =~ ^[A-Za-z0-9]+$ ]] || {
    echo "make-secrets: $1 has to be of letters and digits: it becomes part of an address" >&2
    exit 1
  }
  printf %s "$value"
}

secret() { # NAME KEY VALUE [KEY VALUE]: by standard input, so that no list of processes shows a value
  local name=$1
  shift
  if kube get secret "$name" >/dev/null 2>&1; then
    echo "$name: there already, left as it is"
    return
  fi
  {
    printf 'apiVersion: v1\nkind: Secret\nmetadata: { name: %s }\ntype: Opaque\nstringData:\n' "$name"
    while (($#)); do
      printf '  %s: "%s"\n' "$1" "$2"
      shift 2
    done
  } | kube create -f - >/dev/null
  echo "$name: made"
}

owner=$(password POSTGRES_PASSWORD)
work=$(password DATABASE_PASSWORD)
redis=$(password REDIS_PASSWORD)
key=${CREDENTIALS_KEY:-$(openssl rand -base64 32)}
[[ $key =~ ^[A-Za-z0-9+/]{43}=$ ]] || {
  echo "make-secrets: CREDENTIALS_KEY has to be 32 bytes in base64, as openssl rand -base64 32 prints them" >&2
  exit 1
}

secret postgres-credentials username ai_agents password "$owner"
secret database-login username ai_agents_work password "$work"
secret redis-credentials password "$redis"
secret app-secrets credentials_key "$key"
