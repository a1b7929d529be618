import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Checkout } from '../checkout/checkout.ts';
import { Source } from '../checkout/source.ts';
import type { LiveCheck } from '../cluster/check.ts';
import type { ClusterChoice } from '../cluster/connect.ts';
import type { Proof } from '../cluster/proof.ts';
import { fileUnreadable, usage } from '../errors.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { parseYaml } from '../manifest/yaml.ts';
import type { Host } from './host.ts';
import type { ClusterOptions } from './options.ts';
import { verifyProgress } from './verify-progress.ts';

/** The cluster that the options name. */
export const clusterOf = ({ context, kubeconfig }: ClusterOptions, { cwd }: Host): ClusterChoice => ({
  context: context ?? '',
  kubeconfig: kubeconfig && resolve(cwd, kubeconfig),
});

/** Runs one proof as the options say, with its progress on standard error; from now on Ctrl-C cleans up first. */
export async function prove(options: ClusterOptions, inventory: Inventory, checkout: Checkout, checks: readonly LiveCheck[], host: Host): Promise<Proof> {
  if (options.namespace !== undefined && !NAMESPACE.test(options.namespace))
    throw usage(`--namespace takes small letters, digits and dashes, at most 63, not ${options.namespace}`);
  host.catchInterrupts();
  const [{ verify }, { givenSecrets }] = await Promise.all([import('../cluster/verify.ts'), import('../cluster/secrets.ts')]);
  const secrets = options.secrets === undefined ? new Map() : givenSecrets(documentsIn(resolve(host.cwd, options.secrets)), options.secrets);
  const { progress, end } = verifyProgress(host);
  return verify(
    {
      cluster: clusterOf(options, host),
      namespace: options.namespace,
      secrets,
      images: options.setImage,
      requests: options.requests,
      timeout: options.timeout,
      stable: options.stable,
      keep: options.keep === true,
      allowEgress: options.allowEgress === true,
      allowClusterScoped: options.allowClusterScoped === true,
      rollout: options.rollout === true,
      probeImage: options.probeImage,
      checks,
    },
    inventory,
    checkout,
    { clock: { now: Date.now }, progress },
    host.signal,
  ).finally(end);
}

/** RFC 1123 label, as the API server asks for. */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function documentsIn(path: string) {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fileUnreadable(path, error);
  }
  const { documents, problem } = parseYaml(new Source(path, text));
  if (problem) throw problem.problem;
  return documents;
}
