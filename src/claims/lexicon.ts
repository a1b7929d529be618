/** How stories call Kubernetes kinds: [kind, its wordings]. Longer wordings come first where one contains another. */
const KIND_WORDS: readonly (readonly [string, string])[] = [
  ['HorizontalPodAutoscaler', 'horizontal\\s*pod\\s*auto-?scalers?(?:\\s*\\(HPAs?\\))?|HPAs?|pod autoscalers?'],
  ['PodDisruptionBudget', 'pod\\s*disruption\\s*budgets?(?:\\s*\\(PDBs?\\))?|PDBs?'],
  ['PersistentVolumeClaim', 'persistent\\s*volume\\s*claims?(?:\\s*\\(PVCs?\\))?|PVCs?'],
  ['PersistentVolume', 'persistent\\s*volumes?(?:\\s*\\(PVs?\\))?|PVs'],
  ['NetworkPolicy', 'network\\s*polic(?:y|ies)'],
  ['ClusterRoleBinding', 'cluster\\s*role\\s*bindings?'],
  ['ClusterRole', 'cluster\\s*roles?'],
  ['RoleBinding', 'role\\s*bindings?'],
  ['ServiceAccount', 'service\\s*accounts?'],
  ['ServiceMonitor', 'service\\s*monitors?'],
  ['PodMonitor', 'pod\\s*monitors?'],
  ['PrometheusRule', 'prometheus\\s*rules?'],
  ['StatefulSet', 'stateful\\s*sets?'],
  ['DaemonSet', 'daemon\\s*sets?'],
  ['ReplicaSet', 'replica\\s*sets?'],
  ['CronJob', 'cron\\s*jobs?'],
  ['ConfigMap', 'config\\s*maps?'],
  ['ExternalSecret', 'external\\s*secrets?(?!\\s*operator)'],
  ['SealedSecret', 'sealed\\s*secrets?'],
  ['SecretStore', 'secret\\s*stores?'],
  ['ClusterSecretStore', 'cluster\\s*secret\\s*stores?'],
  ['ResourceQuota', 'resource\\s*quotas?'],
  ['LimitRange', 'limit\\s*ranges?'],
  ['StorageClass', 'storage\\s*class(?:es)?'],
  ['IngressClass', 'ingress\\s*class'],
  ['PriorityClass', 'priority\\s*class(?:es)?'],
  ['ClusterIssuer', 'cluster\\s*issuers?'],
  ['HTTPRoute', 'http\\s*routes?'],
  ['IngressRoute', 'ingress\\s*routes?'],
  ['VirtualService', 'virtual\\s*services?'],
  ['ScaledObject', 'scaled\\s*objects?'],
  ['HelmRepository', 'helm\\s*repositor(?:y|ies)'],
  ['OCIRepository', 'oci\\s*repositor(?:y|ies)'],
  ['GitRepository', 'git\\s*repositor(?:y|ies)'],
  ['HelmRelease', 'helm\\s*releases?'],
  ['CustomResourceDefinition', 'custom\\s*resource\\s*definitions?|CRDs?'],
  ['Namespace', 'namespaces?'],
  ['Deployment', 'deployments?'],
  ['Service', 'services?'],
  ['Ingress', 'ingress(?:es)?'],
  ['Secret', 'secrets?'],
  ['Gateway', '(?:kubernetes )?gateways?'],
  ['Issuer', 'issuers?'],
  ['Job', 'jobs?'],
  ['Pod', 'pods?'],
];

const ANY_KIND = KIND_WORDS.map(([, words]) => words).join('|');
export const KIND_PATTERN = new RegExp(`\\b(?:${ANY_KIND})\\b`, 'gi');
const IS_KIND = new RegExp(`^(?:${ANY_KIND})$`, 'i');
/** Most wordings are the kind as Kubernetes writes it, one or several. */
const MEANT = new Map<string, string | undefined>(KIND_WORDS.flatMap(([kind]) => [kind, `${kind}s`].map((word) => [word.toLowerCase(), kind])));

/** The kind that a wording means, if any. */
export function kindOf(wording: string): string | undefined {
  const word = wording.toLowerCase();
  if (MEANT.has(word)) return MEANT.get(word);
  const kind = IS_KIND.test(word) ? KIND_WORDS.find(([, words]) => new RegExp(`^(?:${words})$`, 'i').test(word))?.[0] : undefined;
  if (MEANT.size < 1_000) MEANT.set(word, kind);
  return kind;
}

/** Kinds whose English word means other things as well: only a capital, a named file or "manifest" makes them Kubernetes'. */
export const EVERYDAY_KINDS = new Set(['Ingress', 'PersistentVolume', 'Deployment', 'Service', 'Secret', 'Job', 'Pod', 'Gateway', 'Issuer', 'Namespace']);

export const WORKLOAD_KINDS: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Rollout'];

/** Words that people use for the same part of a system. */
const SAME: readonly (readonly string[])[] = [
  ['postgresql', 'postgres', 'pg', 'psql', 'pgsql', 'database', 'db'],
  ['mysql', 'mariadb', 'database', 'db'],
  ['mongodb', 'mongo', 'database', 'db'],
  ['redis', 'valkey', 'keydb', 'dragonfly', 'cache'],
  ['rabbitmq', 'rabbit', 'amqp', 'broker'],
  ['kafka', 'redpanda', 'broker'],
  ['api', 'backend', 'server', 'fastapi', 'flask', 'django', 'express', 'nestjs', 'uvicorn', 'gunicorn'],
  ['frontend', 'web', 'ui', 'client', 'webapp', 'nextjs', 'react', 'nginx', 'spa', 'dashboard'],
  ['worker', 'celery', 'sidekiq', 'consumer', 'processor'],
  ['scheduler', 'beat', 'cron'],
  ['prometheus', 'monitoring'],
  ['proxy', 'gateway', 'nginx', 'envoy', 'traefik'],
  ['minio', 's3', 'storage'],
  ['ml', 'model', 'inference'],
];

/** Other words for the same part, itself first. */
export const synonyms = (word: string): readonly string[] => [
  word,
  ...SAME.filter((group) => group.includes(word))
    .flat()
    .filter((each) => each !== word),
];

const ROLES =
  /^(?:api|backend|server|frontend|web|ui|client|webapp|spa|dashboard|worker|consumer|processor|scheduler|beat|cron|monitoring|proxy|gateway|storage|cache|broker|model|inference|ml|database|db|express|react|nginx)$/;

/** Whether a word is the name of a program that systems are made of: PostgreSQL, Redis, Kafka; roles such as "database" are no names. */
export const isProgram = (word: string): boolean => !ROLES.test(word.toLowerCase()) && SAME.some((group) => group.includes(word.toLowerCase()));

export const COMMAND_WORDS =
  'kubectl|oc|helm|helmfile|kustomize|kubeconform|kubeval|kube-linter|kube-score|conftest|docker-compose|docker|podman|buildah|minikube|kind|k3d|k3s|curl|wget|nc|ping|nslookup|dig|psql|pg_isready|redis-cli|celery|npm|npx|pnpm|yarn|node|python3?|pip|pytest|uvicorn|make|just|task|go|cargo|mvn|gradle|\\./gradlew|\\./mvnw|cd|flux|argocd|terraform|tofu|ansible|ansible-playbook|bash|sh|shellcheck|yamllint|trivy|git|gh|k6|hey|ab|wrk|locust|stern|k9s|openssl|mdbook|nginx|ruff|mypy|pyright|eslint|tsc|vitest|jest';

export const ENV_NAME = '[A-Z][A-Z0-9]*(?:_{1,2}[A-Z0-9]+)+';
export const PATH =
  '(?:\\.{1,2}/)?(?:[\\w.@-]+/)*[\\w.*{},@-]*[\\w*}](?:\\.(?:ya?ml|json|md|sh|py|ts|tsx|js|mjs|toml|ini|conf|cfg|env|tf|go|rs|java|sql|txt|service|tpl|example|sample|template|dockerfile|properties|xml|html|lock)(?:\\.(?:example|sample|template|tmpl|tpl|j2|dist))?)\\b|(?:\\.{1,2}/)?(?:[\\w.@-]+/)*(?:(?:[\\w-]+\\.)?(?:[Dd]ockerfile|[Cc]ontainerfile|Makefile|[Jj]ustfile|Jenkinsfile|Procfile|Caddyfile)(?:\\.[\\w-]+)?\\b|\\.(?:git|docker|helm|npm)ignore\\b|\\.env\\.[\\w.-]*\\w)|(?:\\.{1,2}/)?(?:[\\w.@*-]+/)+(?![\\w])';

export const PATH_PATTERN = new RegExp(PATH, 'g');
const PATHS = new Map<string, readonly RegExpExecArray[]>();

/** Every path in a text, and where. Of the same claim it is asked many times. */
export function pathsIn(text: string): readonly RegExpExecArray[] {
  let paths = PATHS.get(text);
  if (!paths) {
    paths = Array.from(text.matchAll(PATH_PATTERN));
    if (PATHS.size >= 2_000) PATHS.clear();
    PATHS.set(text, paths);
  }
  return paths;
}
