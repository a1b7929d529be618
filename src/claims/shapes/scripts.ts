import type { Check } from '../../checks/check.ts';
import type { Shape } from '../shape.ts';

const STEPS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\bnamespaces?\b/i, ['namespace', ' ns ']],
  [/\bresource(?:s)? (?:creation|exist)|\bresources? created/i, ['kubectl get', 'kubectl apply']],
  [/\bpod readiness|\breadiness|\bpods? (?:are |become )?ready|\bwaits? for pods?|\brollout/i, ['kubectl wait', 'rollout status', 'get pods', 'get pod']],
  [/\bhealth\s?(?:checks?|endpoints?)|\bendpoint/i, ['curl', 'wget', '/health']],
  [/\bport-?forward/i, ['port-forward']],
  [/\bcreates? (?:a |the )?cluster|\bcluster creation/i, ['minikube start', 'kind create', 'k3d cluster']],
  [/\bappl(?:y|ies) (?:all )?(?:the )?(?:manifests?|yaml|resources?)/i, ['kubectl apply', 'kubectl create', 'kustomize build']],
  [/\bbuilds? (?:the )?(?:docker |container )?images?/i, ['docker build', 'podman build', 'buildah', 'docker buildx']],
  [/\b(?:loads?|imports?) (?:the )?(?:docker |container )?images?/i, ['kind load', 'minikube image', 'ctr images import', 'k3s ctr']],
  [
    /\bclean(?:s|ing)?[- ]?up|\bdeletes? (?:all )?(?:the )?(?:resources?|namespace)|\btear/i,
    ['kubectl delete', 'kind delete', 'minikube delete', 'helm uninstall'],
  ],
  [/\bsecrets?\b/i, ['create secret', 'secret']],
  [/\bhelm install|\bhelm upgrade/i, ['helm install', 'helm upgrade']],
];

/** `Script validates: namespace creation, pod readiness`: each step is in the script, and the script gets that far. */
export const scripts: Shape = (sentence, context) => {
  const own = context.own.files.filter((path) => /\.(?:sh|bash)$/.test(path));
  const [path] = own.length > 0 ? own : /\bscripts?\b/i.test(sentence.text) ? context.parent.files.filter((file) => /\.(?:sh|bash)$/.test(file)) : [];
  if (!path || !sentence.has(/\bscripts?\b|\.sh\b/i)) return [];
  const checks: Check[] = [];
  if (
    sentence.has(
      /\b(?:can )?(?:target|targets|support|supports|works? (?:on|with)|run on)\b[^.]*\b(?:minikube|kind|k3s|k3d|clusters?|EKS|GKE|AKS|contexts?|environments?)\b/i,
    )
  ) {
    sentence.takeAll(/\bscripts?\b|\bcan\b|\btargets?\b|\bminikube\b|\bkind\b|\bk3[sd]\b|\bcloud\b|\bclusters?\b|\(configurable\)|\bor\b/i);
    checks.push({ is: 'script', path, step: 'targets', commands: [], says: `${path} can be pointed at a cluster` });
  }
  if (/^(?:the )?script\b|\bscripts?\s+(?:to|that|which|validates?|checks?|for)\b/i.test(sentence.text)) {
    for (const [pattern, commands] of STEPS) {
      const match = sentence.take(pattern);
      if (match) checks.push({ is: 'script', path, step: 'runs', commands, says: `${path} does this: ${match[0]}` });
    }
  }
  const inPipeline = sentence.take(/\b(?:can be )?(?:run|used|executed|called)\s+(?:in|from|by)\s+(?:a\s+|the\s+)?CI(?:\/CD)?\b(?:\s+pipelines?)?/i);
  if (inPipeline || checks.length > 0 || context.own.files.includes(path)) {
    sentence.takeAll(/\bscripts?\b|\bvalidat\w+\b|\bautomat\w+\b|\bcreation\b|\bchecks?\b|\bverif\w+\b/i);
    checks.push({ is: 'script', path, step: 'works', commands: [], says: `${path} gets past its first success` });
  }
  return checks;
};
