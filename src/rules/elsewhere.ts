import type { Inventory } from '../manifest/inventory.ts';
import { kustomized } from '../manifest/kustomization.ts';
import { once } from '../manifest/once.ts';
import type { Resource } from '../manifest/resource.ts';
import { entriesOf, get, itemsOf, stringsOf, textOf } from '../manifest/yaml.ts';
import { groupOf, isBuiltIn } from './objects.ts';

/*
 * What makes objects that no manifest of the repository holds: charts, operators, generators, commands in scripts and guides.
 * A missing neighbour is a finding only where none of them can be its maker.
 */

interface Makers {
  /** `Kind/name` that a command, a generator or a snippet makes */
  readonly made: ReadonlySet<string>;
  /** Helm releases that scripts and guides install: a chart names its objects after its release */
  readonly releases: readonly string[];
  /** namespaces in which a chart or an operator makes objects of names that only it knows; undefined stands for any */
  readonly namespaces: ReadonlySet<string | undefined>;
}

/** Custom resources that make no Service, pod, account or configuration of their own. Of the others nobody here can know. */
const MAKES_NOTHING =
  /^(?:networking\.istio\.io|security\.istio\.io|telemetry\.istio\.io|cert-manager\.io|acme\.cert-manager\.io|traefik\.(?:io|containo\.us)|cilium\.io|crd\.projectcalico\.org|projectcalico\.org|keda\.sh|external-secrets\.io|bitnami\.com|metallb\.io|kyverno\.io|gateway\.nginx\.org|getambassador\.io|linkerd\.io|policy\.linkerd\.io|kustomize\.config\.k8s\.io|skaffold|cloud\.google\.com|networking\.gke\.io|elbv2\.k8s\.aws|configuration\.konghq\.com|argoproj\.io|source\.toolkit\.fluxcd\.io|notification\.toolkit\.fluxcd\.io|image\.toolkit\.fluxcd\.io|kubelet\.config\.k8s\.io|kind\.x-k8s\.io|k3d\.io|eksctl\.io)(?:$|\/)/;
/** Kinds of the groups above, or of other silent groups, where the kind decides. */
const SILENT_KINDS = new Set(['ServiceMonitor', 'PodMonitor', 'PrometheusRule', 'Probe', 'ScrapeConfig', 'AlertmanagerConfig', 'Certificate', 'Component']);
const MAKES_ANYTHING = new Set(['Application', 'ApplicationSet', 'HelmRelease', 'HelmChart']);

const makers = once((inventory: Inventory): Makers => {
  const made = new Set(kustomized(inventory).generated);
  const releases: string[] = [];
  const namespaces = new Set<string | undefined>(kustomized(inventory).remote.map(({ namespace }) => namespace));
  const withManifests = new Set<string>();

  for (const resource of inventory.resources) {
    withManifests.add(resource.source.path);
    if (isBuiltIn(resource)) continue;
    addSecretsOf(resource, made);
    if (MAKES_ANYTHING.has(resource.kind)) namespaces.add(targetNamespace(resource));
    else if (!isBuiltIn(resource) && !MAKES_NOTHING.test(groupOf(resource)) && !SILENT_KINDS.has(resource.kind)) namespaces.add(resource.namespace);
  }
  for (const source of inventory.sources.values()) {
    const { text } = source;
    if (withManifests.has(source.path)) {
      // In manifests only comments can say it: "# create it with kubectl create secret generic ..."
      if (text.includes(' create ')) addCommands(text, made, releases);
    } else if (text.includes('create') || text.includes('helm') || text.includes('kind')) {
      addCommands(text, made, releases);
      addSnippets(text, made);
    }
  }
  return { made, releases, namespaces };
});

function targetNamespace(resource: Resource): string | undefined {
  const spec = (...path: string[]) => textOf(get(resource.node, 'spec', ...path));
  if (resource.kind === 'HelmRelease') return spec('targetNamespace') ?? resource.namespace;
  if (resource.kind === 'HelmChart') return spec('targetNamespace') ?? resource.namespace;
  if (resource.kind === 'Application') return spec('destination', 'namespace');
  return undefined;
}

/** Secrets whose names their makers state: External Secrets, Sealed Secrets, cert-manager's Certificates. */
function addSecretsOf(resource: Resource, made: Set<string>): void {
  const text = (...path: string[]) => textOf(get(resource.node, ...path));
  if (resource.kind === 'ExternalSecret') made.add(`Secret/${text('spec', 'target', 'name') ?? resource.name}`);
  if (resource.kind === 'SealedSecret') made.add(`Secret/${text('spec', 'template', 'metadata', 'name') ?? resource.name}`);
  if (resource.kind === 'Certificate') made.add(`Secret/${text('spec', 'secretName')}`);
  if (resource.kind === 'SecretProviderClass') {
    for (const item of itemsOf(get(resource.node, 'spec', 'secretObjects'))) made.add(`Secret/${textOf(get(item, 'secretName'))}`);
  }
}

const KINDS: Readonly<Record<string, string>> = {
  secret: 'Secret',
  configmap: 'ConfigMap',
  cm: 'ConfigMap',
  serviceaccount: 'ServiceAccount',
  sa: 'ServiceAccount',
  iamserviceaccount: 'ServiceAccount',
  service: 'Service',
  deployment: 'Deployment',
};

function addCommands(text: string, made: Set<string>, releases: string[]): void {
  for (const [, what, rest = ''] of text.matchAll(
    /\bcreate[ \t]+(secret|configmap|cm|serviceaccount|sa|iamserviceaccount|service|deployment)\b([^\n]{0,200})/g,
  )) {
    // The name may stand behind the Secret's type and flags: `create secret generic -n web NAME`; more names than one do no harm here.
    for (const word of rest.split(/[\s\\"'=]+/)) if (/^[a-z0-9][a-z0-9.-]*$/.test(word)) made.add(`${KINDS[what!]}/${word}`);
  }
  for (const [, rest = ''] of text.matchAll(/\bhelm[ \t]+(?:install|upgrade)\b([^\n]{0,200})/g)) {
    const release = rest.split(/\s+/).find((word) => /^[a-z0-9][a-z0-9.-]*$/.test(word));
    if (release) releases.push(release);
  }
}

/** Manifests in JSON, guides, heredocs and chart templates: `kind: Secret` and a `name:` soon after. */
function addSnippets(text: string, made: Set<string>): void {
  for (const match of text.matchAll(/\bkind"?:[ \t]*["']?([A-Z]\w+)/g)) {
    const name = /\bname"?:[ \t]*["']?([a-z0-9][a-z0-9.-]*)/.exec(text.slice(match.index, match.index + 300))?.[1];
    if (name) made.add(`${match[1]}/${name}`);
  }
}

/** Objects that every cluster, or a namespace of it, has without anybody's manifest. */
const GIVEN = new Set([
  'ServiceAccount/default',
  'ConfigMap/kube-root-ca.crt',
  'ConfigMap/openshift-service-ca.crt',
  'ConfigMap/istio-ca-root-cert',
  'Service/kubernetes',
]);

/** Whether something other than a manifest of this repository can make the object that `near` names. */
export function madeElsewhere(inventory: Inventory, kind: string, name: string, near: Pick<Resource, 'namespace'>): boolean {
  if (GIVEN.has(`${kind}/${name}`) || hasPlaceholder(name)) return true;
  const { made, releases, namespaces } = makers(inventory);
  if (made.has(`${kind}/${name}`) || mayBeMadeBySome(namespaces, near)) return true;
  return releases.some((release) => name === release || name.startsWith(`${release}-`));
}

/** Whether a chart or an operator may make pods and Services of unknown names in the namespace of `near`. */
export const hasForeignMaker = (inventory: Inventory, near: Pick<Resource, 'namespace'>): boolean => mayBeMadeBySome(makers(inventory).namespaces, near);

const mayBeMadeBySome = (namespaces: ReadonlySet<string | undefined>, { namespace }: Pick<Resource, 'namespace'>): boolean =>
  namespaces.size > 0 && (namespace === undefined || namespaces.has(undefined) || namespaces.has(namespace));

/** `$VAR`, `${VAR}`, `{{ .Values.x }}`, `<name>`, `%NAME%`: filled in before it is applied. */
export const hasPlaceholder = (text: string): boolean => /\$\{|\$\(|\$[A-Za-z_]|\{\{|<[^<>]*>|%[A-Z_]+%|__[A-Z_]+__/.test(text);

/**
 * Whether a Secret of that name should be among the files: the repository keeps Secrets (or what becomes one) in the namespace of `near`,
 * and no guide, script or pipeline speaks of this one, which is how most Secrets come about.
 */
export function isSecretExpected(inventory: Inventory, name: string, near: Pick<Resource, 'namespace'>): boolean {
  const isKept = secretNamespaces(inventory).some((namespace) => namespace === undefined || near.namespace === undefined || namespace === near.namespace);
  return isKept && !wordsElsewhere(inventory).has(name);
}

const secretNamespaces = once((inventory: Inventory): readonly (string | undefined)[] =>
  Array.from(
    new Set(
      inventory.resources
        .filter(({ kind, node }) => ['Secret', 'SealedSecret', 'ExternalSecret'].includes(kind) && (kind !== 'Secret' || hasData(node)))
        .map(({ namespace }) => namespace),
    ),
  ),
);

/** Every name in the texts that hold no manifests. */
const wordsElsewhere = once((inventory: Inventory): ReadonlySet<string> => {
  const withManifests = new Set(inventory.resources.map(({ source }) => source));
  const words = new Set<string>();
  for (const source of inventory.sources.values()) {
    if (withManifests.has(source)) continue;
    for (const [word] of source.text.matchAll(/[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?/g)) words.add(word);
  }
  return words;
});

const hasData = (node: Resource['node']): boolean => entriesOf(get(node, 'data')).size > 0 || stringsOf(get(node, 'stringData')).size > 0;
