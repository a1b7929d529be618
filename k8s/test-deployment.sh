#!/usr/bin/env bash
# Deploys the platform to a cluster, proves step by step that it works, and takes it away again:
#   k8s/test-deployment.sh --context NAME [--overlay FOLDER] [--repository URL --story PATH] [--keep]
# NAME is a context of the kubeconfig (kind-…, minikube, any other); none is guessed. The namespace ai-agents must not be there yet.
# With a repository, a review of that story has to finish; without one, a review of a repository that is nowhere has to be ended by a worker.
# Exit code: 0 all steps passed, 1 a step failed, 2 not started. KUBECTL names another kubectl.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  sed -n '2,6p' "$0" | cut -c3- >&2
  exit 2
}
context='' overlay=$here/overlays/local repository='' story='' keep=''
while (($#)); do
  case $1 in
    --context | --overlay | --repository | --story)
      [[ -n ${2:-} ]] || usage
      declare "${1#--}=$2"
      shift 2
      ;;
    --keep)
      keep=yes
      shift
      ;;
    *) usage ;;
  esac
done
[[ -n $context && (-z $repository || -n $story) ]] || usage

kube() { "${KUBECTL:-kubectl}" --context "$context" "$@"; }
ours() { kube --namespace ai-agents "$@"; }

stop() { # what keeps it from starting: nothing has been changed
  echo "test-deployment: $1" >&2
  exit 2
}
for tool in curl openssl; do
  command -v "$tool" >/dev/null || stop "there is no $tool"
done
kube version >/dev/null 2>&1 || stop "the cluster of context $context does not answer: kubectl --context $context version"
if kube get namespace ai-agents >/dev/null 2>&1; then
  stop "the namespace ai-agents is there already and perhaps somebody else's; it is left as it is"
fi
[[ $(kube get storageclass --output 'jsonpath={.items[*].metadata.annotations.storageclass\.kubernetes\.io/is-default-class}') == *true* ]] ||
  stop "the cluster has no default storage class: PostgreSQL and Redis would wait for their volumes for ever"

work=$(mktemp -d)
visitor=ai-agents-visitor
made=()
forwarding=''
finish() {
  code=$?
  trap - EXIT
  [[ -z $forwarding ]] || kill "$forwarding" 2>/dev/null || true
  if ((code != 0)) && [[ ${#made[@]} -gt 0 ]]; then explain; fi
  if [[ -z $keep ]]; then
    for namespace in "${made[@]}"; do
      kube delete namespace "$namespace" --ignore-not-found --timeout=180s >/dev/null || {
        echo "LEFT     namespace $namespace: kubectl --context $context delete namespace $namespace"
        code=1
      }
    done
  fi
  rm -rf "$work"
  exit "$code"
}
trap finish EXIT

# What a pod waits for, in the words of the cluster: a missing Secret or key, an image, memory, a volume.
explain() {
  echo
  ours get pods 2>&1 || true
  ours get pods --output 'jsonpath={range .items[*]}{.metadata.name}{range .status.conditions[?(@.status=="False")]} {.message}{end}{range .status.initContainerStatuses[*]} {.state.waiting.reason} {.state.waiting.message}{end}{range .status.containerStatuses[*]} {.state.waiting.reason} {.state.waiting.message}{end}{"\n"}{end}' 2>&1 | grep -v '^[^ ]* *$' || true
  for workload in job/migrate-1-0-0 deployment/api deployment/worker; do
    echo "--- $workload"
    ours logs "$workload" --all-containers --tail=5 2>&1 || true
  done
}

step() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$work/step.log" 2>&1; then
    echo "PASSED   $name"
  else
    echo "FAILED   $name"
    tail -20 "$work/step.log"
    exit 1
  fi
}

namespace() {
  kube create -f "$here/base/namespace.yaml"
}
endpoints() {
  local service
  for service in api postgresql redis; do
    ours get endpointslices --selector "kubernetes.io/service-name=$service" --output 'jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].addresses}' | grep -q . ||
      { echo "no pod behind the Service $service"; return 1; }
  done
}
forward() {
  ours port-forward service/api :80 >"$work/forward.log" 2>&1 &
  forwarding=$!
  local try
  for ((try = 0; try < 50; try++)); do
    address=$(sed -n 's/^Forwarding from \(127[^ ]*\).*/http:\/\/\1/p' "$work/forward.log")
    [[ -z $address ]] || return 0
    sleep 0.2
  done
  cat "$work/forward.log"
  return 1
}
answers() { curl --silent --show-error --fail --max-time 10 "$address$1"; }
token() {
  KUBECTL=${KUBECTL:-kubectl} "$here/make-token.sh" --context "$context" test --tenant test --scope write >"$work/token"
  grep -q '^aia_' "$work/token"
}
call() { curl --silent --show-error --max-time 20 --header "Authorization: Bearer $(grep '^aia_' "$work/token")" --header 'Content-Type: application/json' "$@"; }
review() {
  local id state=''
  id=$(call --fail "$address/api/v1/reviews" --data "{\"repository\": \"${repository:-https://nowhere.invalid/none.git}\", \"stories\": [\"${story:-story.md}\"]}" |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
  for ((second = 0; second < 300; second++)); do
    call --fail "$address/api/v1/reviews/$id" >"$work/review.json"
    state=$(sed 's/.*"state":"\([a-z]*\)".*/\1/' "$work/review.json")
    case $state in queued | running) sleep 1 ;; *) break ;; esac
  done
  cat "$work/review.json"
  if [[ -n $repository ]]; then [[ $state == "done" ]]; else [[ $state == failed ]]; fi
}
visit() { # opens a connection from outside of the namespace: HOST PORT
  kube --namespace "$visitor" exec visitor -- node -e "
    const socket = require('net').connect({ host: '$1.ai-agents.svc.cluster.local', port: $2, timeout: 4000 });
    socket.on('connect', () => process.exit(0)).on('timeout', () => process.exit(3)).on('error', () => process.exit(3));"
}
visitor_comes() {
  kube create namespace "$visitor"
  made+=("$visitor")
  kube label namespace "$visitor" pod-security.kubernetes.io/enforce=restricted
  kube --namespace "$visitor" create -f - <<EOF
apiVersion: v1
kind: Pod
metadata: { name: visitor }
spec:
  automountServiceAccountToken: false
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: visitor
      image: $(ours get deployment api --output 'jsonpath={.spec.template.spec.containers[0].image}')
      args: [sleep, "600"]
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
EOF
  kube --namespace "$visitor" wait --for=condition=Ready pod/visitor --timeout=60s
  sleep 5 # new policies need a moment to come into force
}
allowed() {
  kube label namespace "$visitor" ai-agents/reaches-api=true
  sleep 5
  visit api 80
}

step 'the manifests render' kube kustomize "$overlay"
step 'the namespace is made' namespace
made+=(ai-agents)
step 'the Secrets are made' "$here/make-secrets.sh" --context "$context"
step 'the cluster accepts the manifests' kube apply --dry-run=server --kustomize "$overlay"
step 'the manifests are applied' kube apply --kustomize "$overlay"
step 'PostgreSQL is ready' ours rollout status statefulset/postgresql --timeout=300s
step 'Redis is ready' ours rollout status statefulset/redis --timeout=120s
step 'the database is migrated' ours wait --for=condition=complete job/migrate-1-0-0 --timeout=300s
step 'the API is ready' ours rollout status deployment/api --timeout=300s
step 'the workers are ready' ours rollout status deployment/worker --timeout=300s
step 'every Service has a pod behind it' endpoints
step 'the API can be reached through its Service' forward
step '/health answers' answers /health
step '/health/ready answers' answers /health/ready
step '/metrics answers' answers /metrics
step 'a token is made' token
step 'a review asked through the Service is ended by a worker' review
step 'a pod of another namespace starts' visitor_comes
if visit postgresql 5432 || visit redis 6379 || visit api 80; then
  echo 'UNPROVEN the network policies: this cluster does not enforce them'
else
  step 'a namespace that is allowed to reaches the API, and was kept out before' allowed
fi
if kube top pods --namespace ai-agents >/dev/null 2>&1; then
  echo 'PASSED   the cluster has metrics for the autoscaler'
else
  echo 'UNPROVEN the autoscaler: the cluster has no metrics (metrics-server)'
fi
