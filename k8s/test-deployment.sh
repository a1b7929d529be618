#!/usr/bin/env bash
# Deploys the platform to a cluster, proves step by step that it works, and takes it away again:
#   k8s/test-deployment.sh --context NAME [--overlay FOLDER] [--secrets FILE] [--repository URL --story PATH] [--timeout SECONDS] [--keep]
# NAME is a context of the kubeconfig (kind-…, minikube, any other); none is guessed. The namespace ai-agents must not be there yet.
# Secrets come from FILE (secrets.yaml.example, filled in), else they are made. With a repository, a review of that story has to finish; without
# one, a review of a repository that is nowhere has to be ended by a worker. To look at a deployment that is there, and change nothing:
#   k8s/test-deployment.sh --context NAME --check
# Exit code: 0 all steps passed, 1 a step failed, 2 not started. KUBECTL names another kubectl.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

usage() {
  sed -n '2,8p' "$0" | cut -c3- >&2
  exit 2
}
context='' overlay=$here/overlays/local secrets='' repository='' story='' timeout=300 keep='' check=''
while (($#)); do
  case $1 in
    --context | --overlay | --secrets | --repository | --story | --timeout)
      [[ -n ${2:-} ]] || usage
      declare "${1#--}=$2"
      shift 2
      ;;
    --keep | --check)
      declare "${1#--}=yes"
      shift
      ;;
    *) usage ;;
  esac
done
[[ -n $context && (-z $repository || -n $story) && $timeout =~ ^[1-9][0-9]*$ ]] || usage

kube() { "${KUBECTL:-kubectl}" --context "$context" "$@"; }
ours() { kube --namespace ai-agents "$@"; }

stop() { # what keeps it from starting: nothing has been changed
  echo "test-deployment: $1" >&2
  exit 2
}
for tool in curl openssl; do
  command -v "$tool" >/dev/null || stop "there is no $tool"
done
[[ -z $secrets || -r $secrets ]] || stop "$secrets cannot be read"
kube version >/dev/null 2>&1 || stop "the cluster of context $context does not answer: kubectl --context $context version"
if kube get namespace ai-agents >/dev/null 2>&1; then there=yes; else there=''; fi
if [[ -n $check ]]; then
  [[ -n $there ]] || stop "there is no namespace ai-agents to look at"
else
  [[ -z $there ]] || stop "the namespace ai-agents is there already and perhaps somebody else's; it is left as it is. To look at what is in it: --check"
  if ! manifests=$(kube kustomize "$overlay" 2>&1); then stop "$overlay does not render: $manifests"; fi
  if [[ $manifests != *storageClassName:* ]]; then
    [[ $(kube get storageclass --output 'jsonpath={.items[*].metadata.annotations.storageclass\.kubernetes\.io/is-default-class}') == *true* ]] ||
      stop "the cluster has no default storage class, so PostgreSQL and Redis would wait for their volumes for ever: name one under volumeClaimTemplates"
  fi
fi

work=$(mktemp -d)
visitor=ai-agents-visitor
made=()
forwarding=''
finish() {
  code=$?
  trap - EXIT
  [[ -z $forwarding ]] || kill "$forwarding" 2>/dev/null || true
  if [[ -z $keep ]]; then
    if [[ " ${made[*]} " == *' ai-agents '* ]]; then # first those who would wait for a database that is gone
      ours delete deployments --all >/dev/null || true
      ours wait --for=delete pod --selector 'app in (api, worker)' --timeout=120s >/dev/null || true
    fi
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
trap 'exit 1' INT TERM

pods_say() { # what pods wait for, in the words of the cluster
  ours get pods --output 'jsonpath={range .items[*]}{.metadata.name}{range .status.conditions[?(@.status=="False")]} {.message}{end}{range .status.initContainerStatuses[*]} {.state.waiting.reason} {.state.waiting.message}{end}{range .status.containerStatuses[*]} {.state.waiting.reason} {.state.waiting.message}{end}{"\n"}{end}'
}
logs() { # LINES; of a container that has just been started again, what it said before
  local workload
  for workload in deployment/api deployment/worker $(ours get pods --selector app=migrate --output name); do
    ours logs "$workload" --all-containers --ignore-errors --previous --tail="$1" 2>/dev/null || true
    ours logs "$workload" --all-containers --ignore-errors --tail="$1" 2>&1 || true
  done
}
# Why, as far as it can be told, and what to do: the rows of "Troubleshooting" in docs/deployment.md.
causes() {
  local secret key keys text
  while read -r secret keys; do
    if ! ours get secret "$secret" >/dev/null 2>&1; then
      echo "CAUSE    there is no Secret $secret: k8s/make-secrets.sh --context $context"
      continue
    fi
    for key in $keys; do
      [[ -n $(ours get secret "$secret" --output "jsonpath={.data.$key}") ]] ||
        echo "CAUSE    the Secret $secret has no key $key: compare it with k8s/base/secrets.yaml.example"
    done
  done <"$work/keys"
  text=$(pods_say)
  [[ $text != *ErrImage* && $text != *ImagePull* ]] ||
    echo "CAUSE    an image is not on the node or in the registry: load or push it, and name it under images: in the overlay"
  [[ $text != *'Insufficient cpu'* ]] || echo "CAUSE    no node has the CPU left that a pod asks for: overlays/local asks for less, or add nodes"
  [[ $text != *'Insufficient memory'* ]] || echo "CAUSE    no node has the memory left that a pod asks for: overlays/local asks for less, or add nodes"
  [[ $text != *PersistentVolumeClaim* ]] ||
    echo "CAUSE    a volume is not bound: kubectl --context $context get storageclass; name one under volumeClaimTemplates"
  text=$(logs 200)
  [[ $text != *'password authentication failed'* ]] ||
    echo "CAUSE    PostgreSQL refuses a password: it keeps the one that it began with. Put that one back into the Secret, or change it in PostgreSQL too"
  [[ $text != *CONFIG_INVALID* ]] || echo "CAUSE    a setting is wrong: $(grep -o 'CONFIG_INVALID.*' <<<"$text" | head -1)"
}
explain() {
  causes | awk '!seen[$0]++'
  ours get pods 2>&1 || true
  pods_say | grep -v '^[^ ]* *$' || true
  logs 20
}

step() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" >"$work/step.log" 2>&1; then
    echo "PASSED   $name"
  else
    echo "FAILED   $name"
    tail -20 "$work/step.log"
    if kube get namespace ai-agents >/dev/null 2>&1; then explain; fi
    exit 1
  fi
}

namespace() { kube create -f "$here/base/namespace.yaml"; }
make_secrets() {
  if [[ -n $secrets ]]; then ours create -f "$secrets"; else "$here/make-secrets.sh" --context "$context"; fi
}
# Every Secret that a pod reads, with its keys, as a line of its own.
wanted_keys() {
  ours get deployments,statefulsets,jobs --output 'jsonpath={range .items[*].spec.template.spec}{range .initContainers[*].env[*]}{.valueFrom.secretKeyRef.name} {.valueFrom.secretKeyRef.key}{"\n"}{end}{range .containers[*].env[*]}{.valueFrom.secretKeyRef.name} {.valueFrom.secretKeyRef.key}{"\n"}{end}{end}' |
    grep ' .' | sort -u >"$work/keys"
}
has_secrets() {
  wanted_keys
  [[ $(causes) != *' Secret '* ]]
}
rolled_out() { ours rollout status "$1" --timeout="${timeout}s"; }
migrated() {
  local job
  job=$(ours get jobs --selector app=migrate --sort-by .metadata.creationTimestamp --output name | tail -1)
  if [[ -z $job && -n $check ]]; then return; fi # it is removed after a day; the API's readiness asks for the schema
  ours wait --for=condition=complete "$job" --timeout="${timeout}s"
}
endpoints() {
  local service
  for service in api postgresql redis; do
    ours get service "$service" >/dev/null 2>&1 || continue # somebody else runs it: components/external-services
    [[ -n $(ours get endpointslices --selector "kubernetes.io/service-name=$service" --output 'jsonpath={.items[*].endpoints[?(@.conditions.ready==true)].addresses}') ]] ||
      { echo "no pod is behind the Service $service"; return 1; }
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
answers() { curl --silent --show-error --fail-with-body --max-time 10 "$address$1"; }
token() {
  KUBECTL=${KUBECTL:-kubectl} "$here/make-token.sh" --context "$context" test --tenant test --scope write >"$work/token"
  grep -q '^aia_' "$work/token"
}
# The token goes in by a file, so that no list of processes shows it.
call() { curl --silent --show-error --max-time 20 --config <(grep '^aia_' "$work/token" | sed 's/.*/header = "Authorization: Bearer &"/') --header 'Content-Type: application/json' "$@"; }
review() {
  local id state='' second
  id=$(call --fail-with-body "$address/api/v1/reviews" --data "{\"repository\": \"${repository:-https://nowhere.invalid/none.git}\", \"stories\": [\"${story:-story.md}\"]}" |
    sed 's/.*"id":"\([^"]*\)".*/\1/')
  for ((second = 0; second < timeout; second++)); do
    call --fail-with-body "$address/api/v1/reviews/$id" >"$work/review.json"
    state=$(sed 's/.*"state":"\([a-z]*\)".*/\1/' "$work/review.json")
    case $state in queued | running) sleep 1 ;; *) break ;; esac
  done
  cat "$work/review.json"
  if [[ -n $repository ]]; then [[ $state == "done" ]]; else [[ $state == failed ]]; fi
}

# A visitor from another namespace, and a canary beside it of which a policy lets port 8081 be reached and nothing else.
visitor_comes() {
  local image
  image=$(ours get deployment api --output 'jsonpath={.spec.template.spec.containers[0].image}')
  kube create namespace "$visitor"
  made+=("$visitor")
  kube label namespace "$visitor" pod-security.kubernetes.io/enforce=restricted
  local pod
  for pod in visitor canary; do
    kube --namespace "$visitor" create -f - <<END
apiVersion: v1
kind: Pod
metadata: { name: $pod, labels: { app: $pod } }
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: $pod
      image: $image
      args: [node, -e, "for (const port of [8081, 8082]) require('net').createServer((socket) => socket.end()).listen(port)"]
      readinessProbe: { exec: { command: [node, -e, "require('net').connect(8082).on('connect', () => process.exit(0))"] }, timeoutSeconds: 5 }
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
END
  done
  kube --namespace "$visitor" create -f - <<END
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: canary }
spec:
  podSelector: { matchLabels: { app: canary } }
  policyTypes: [Ingress]
  ingress: [{ ports: [{ protocol: TCP, port: 8081 }] }]
END
  kube --namespace "$visitor" wait --for=condition=Ready pod/visitor pod/canary --timeout=60s
  canary=$(kube --namespace "$visitor" get pod canary --output 'jsonpath={.status.podIP}')
  sleep 5 # new policies need a moment to come into force
}
visit() { # opens a connection from the visitor: HOST PORT
  kube --namespace "$visitor" exec visitor -- node -e "
    const socket = require('net').connect({ host: '$1', port: $2, timeout: 4000 });
    socket.on('connect', () => process.exit(0)).on('timeout', () => process.exit(3)).on('error', () => process.exit(3));" 2>/dev/null
}
kept_out() {
  local flow
  for flow in "postgresql 5432" "redis 6379" "api 80"; do
    # shellcheck disable=SC2086 # two words
    if visit ${flow/ /.ai-agents.svc.cluster.local }; then
      echo "a pod of another namespace reaches ${flow/ / on port }, although this cluster enforces policies"
      return 1
    fi
  done
}
let_in() {
  kube label namespace "$visitor" ai-agents/reaches-api=true
  sleep 5
  visit api.ai-agents.svc.cluster.local 80
}

: >"$work/keys"
if [[ -z $check ]]; then
  step 'the namespace is made' namespace
  made+=(ai-agents)
  step 'the Secrets are made' make_secrets
  step 'the cluster accepts the manifests' kube apply --dry-run=server --kustomize "$overlay"
  step 'the manifests are applied' kube apply --kustomize "$overlay"
fi
step 'the Secrets have what the pods read' has_secrets
for name in $(ours get statefulsets --output name); do
  step "${name#*/} is ready" rolled_out "$name"
done
step 'the database is migrated' migrated
step 'the API is ready' rolled_out deployment/api
step 'the workers are ready' rolled_out deployment/worker
step 'every Service has a pod behind it' endpoints
step 'the API can be reached through its Service' forward
step '/health answers' answers /health
step '/health/ready answers' answers /health/ready
step '/metrics answers' answers /metrics
if [[ -z $check ]]; then
  step 'a token is made' token
  step 'a review asked through the Service is ended by a worker' review
  step 'a pod of another namespace starts' visitor_comes
  if ! visit "$canary" 8081; then
    echo 'UNPROVEN the network policies: no pod of another namespace reaches anything here'
  elif visit "$canary" 8082; then
    echo 'UNPROVEN the network policies: this cluster does not enforce any; it needs a network that does'
  else
    step 'a pod of another namespace is kept out' kept_out
    step 'a namespace that is allowed to reaches the API' let_in
  fi
fi
if kube top pods --namespace ai-agents >/dev/null 2>&1; then
  echo 'PASSED   the cluster has metrics for the autoscaler'
else
  echo 'UNPROVEN the autoscaler: the cluster has no metrics (yet): install metrics-server'
fi
