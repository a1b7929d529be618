#!/usr/bin/env bash
# Prints a new token for the API, made by a pod that reaches the database as the migration does:
#   k8s/make-token.sh --context NAME TOKEN-NAME [--tenant NAME] [--scope read|write|admin] [--days N]
# KUBECTL names another kubectl.
set -euo pipefail

if [[ $# -lt 3 || $1 != --context || -z $2 ]]; then
  sed -n '2,4p' "$0" | cut -c3- >&2
  exit 2
fi
context=$2
shift 2
pod=token-$RANDOM$RANDOM

kube() { "${KUBECTL:-kubectl}" --context "$context" --namespace ai-agents "$@"; }

args=$(printf ', "%s"' "$@")
image=$(kube get deployment api --output 'jsonpath={.spec.template.spec.containers[0].image}')
if kube get secret external-services >/dev/null 2>&1; then # components/external-services
  login='- { name: AI_AGENTS_DATABASE_OWNER_URL, valueFrom: { secretKeyRef: { name: external-services, key: database_owner_url } } }'
else
  # shellcheck disable=SC2016 # Kubernetes puts it together
  login='- { name: OWNER, valueFrom: { secretKeyRef: { name: postgres-credentials, key: username } } }
        - { name: OWNER_PASSWORD, valueFrom: { secretKeyRef: { name: postgres-credentials, key: password } } }
        - { name: AI_AGENTS_DATABASE_OWNER_URL, value: "postgres://$(OWNER):$(OWNER_PASSWORD)@postgresql:5432/ai_agents" }'
fi
trap 'kube delete pod "$pod" --ignore-not-found --wait=false >/dev/null' EXIT

# The label lets it reach the database.
kube create -f - >/dev/null <<EOF
apiVersion: v1
kind: Pod
metadata: { name: $pod, labels: { app: migrate } }
spec:
  restartPolicy: Never
  activeDeadlineSeconds: 120
  serviceAccountName: migrate
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: token
      image: $image
      args: ["ai-agents", "token", "create"$args]
      env:
        $login
      resources: { requests: { cpu: 50m, memory: 128Mi }, limits: { cpu: 500m, memory: 512Mi } }
      securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } }
EOF
for ((second = 0; second < 120; second++)); do
  case $(kube get pod "$pod" --output 'jsonpath={.status.phase}') in
    Succeeded)
      said=$(kube logs "$pod")
      grep -v '^aia_' <<<"$said" >&2 || true
      grep '^aia_' <<<"$said" # alone, so that TOKEN=$(k8s/make-token.sh …) is the token
      exit 0
      ;;
    Failed) break ;;
  esac
  sleep 1
done
echo "make-token: the pod did not finish:" >&2
kube logs "$pod" >&2 || kube get pod "$pod" >&2
exit 1
