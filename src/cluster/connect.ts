import type { KubeConfig } from '@kubernetes/client-node';
import { contextMissing, contextUnknown, kubeconfigUnreadable } from '../errors.ts';
import { Api } from './api.ts';
import { type Discovery, discover } from './discovery.ts';

/** Which cluster the user means: always by name, never the current context. */
export interface ClusterChoice {
  readonly context: string;
  /** path; KUBECONFIG or ~/.kube/config when absent */
  readonly kubeconfig: string | undefined;
}

/** A cluster that answered; its connections are closed when it is disposed of. */
export interface Cluster extends Disposable {
  readonly api: Api;
  readonly context: string;
  /** of the API server, e.g. `v1.34.4` */
  readonly version: string;
  readonly kinds: Discovery;
}

/** How long the first answer may take: a cluster that is down should be said to be down, not waited for. */
const FIRST_ANSWER = 4_000;

/**
 * Opens the cluster of a context.
 * @throws Problem CONTEXT_MISSING, CONTEXT_UNKNOWN, KUBECONFIG_UNREADABLE, CLUSTER_UNREACHABLE, CREDENTIALS_EXPIRED
 */
export async function connect({ context, kubeconfig }: ClusterChoice, signal: AbortSignal): Promise<Cluster> {
  if (!context) throw contextMissing();
  const config = await loadConfig(kubeconfig);
  const known = config.getContexts().map(({ name }) => name);
  if (!known.includes(context)) throw contextUnknown(context, known);
  config.setCurrentContext(context);
  const api = new Api(config, context);
  const { gitVersion } = await api.json<{ gitVersion: string }>('/version', { signal, patience: FIRST_ANSWER });
  return { api, context, version: gitVersion, kinds: await discover(api, signal), [Symbol.dispose]: () => api.close() };
}

async function loadConfig(path: string | undefined): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node'); // not at the top: a static review must not load it
  const config = new KubeConfig();
  try {
    if (path) config.loadFromFile(path);
    else config.loadFromDefault();
  } catch (error) {
    throw kubeconfigUnreadable(path ?? 'the default kubeconfig', error);
  }
  return config;
}
