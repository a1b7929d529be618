import { isWorkload } from '../manifest/resource.ts';
import type { Bench } from './checks/bench.ts';
import { KIND, pathOf } from './discovery.ts';
import { GUARD_NAME, podSecurityOf } from './guard.ts';
import { valueAt } from './object.ts';
import type { Preparation } from './prepare.ts';
import { connects } from './probe-pods.ts';
import type { Guard } from './proof.ts';

/** Which of the guards around a stranger's code really hold: each is tried, not assumed. */
export async function guardsThatHeld(bench: Bench, preparation: Preparation, allowEgress: boolean): Promise<readonly Guard[]> {
  const names = Array.from(preparation.namespaces.values()).join(', ');
  return [
    { guard: 'namespace', held: true, because: `everything was in ${names}, made for this proof` },
    ...(await Promise.all([podSecurity(bench), quota(bench), Promise.resolve(accounts(preparation)), egress(bench, allowEgress)])),
  ];
}

/** A pod that no level but `privileged` allows, as a dry run. */
async function podSecurity({ cluster, namespace, look, signal }: Bench): Promise<Guard> {
  const level = podSecurityOf(look().inventory.ofKind('Namespace')[0]);
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${GUARD_NAME}-privileged` },
    spec: { containers: [{ name: 'none', image: 'none', securityContext: { privileged: true } }] },
  };
  const { status, text } = await cluster.api.send(pathOf(KIND.pod, namespace), { method: 'POST', query: { dryRun: 'All' }, body, signal });
  if (status === 403 && text.includes('PodSecurity')) return { guard: 'pod-security', held: true, because: `Pod Security ${level} is enforced` };
  return {
    guard: 'pod-security',
    held: status < 400 ? false : null,
    because: status < 400 ? 'the cluster admits privileged pods in spite of the label' : `a trial was answered with ${status}`,
  };
}

async function quota({ cluster, namespace, signal }: Bench): Promise<Guard> {
  const found = await cluster.api.find(pathOf(KIND.quota, namespace, GUARD_NAME), signal);
  const hard = valueAt(found, 'status', 'hard') as Record<string, string> | undefined;
  if (!hard) return { guard: 'quota', held: null, because: 'the cluster has not counted against the quota yet' };
  return { guard: 'quota', held: true, because: `at most ${hard.pods} pods and ${hard.persistentvolumeclaims} volume claims` };
}

function accounts({ objects }: Preparation): Guard {
  const powerful = objects.filter(({ object }) => object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding').map(({ ref }) => ref);
  const mounts = objects
    .filter(({ object, resource }) => isWorkload(resource) && JSON.stringify(object.spec).includes('"automountServiceAccountToken":true'))
    .map(({ ref }) => ref);
  if (powerful.length > 0) return { guard: 'service-account', held: false, because: `the manifests give rights to accounts: ${powerful.join(', ')}` };
  return {
    guard: 'service-account',
    held: true,
    because: `no account has rights${mounts.length > 0 ? `, though ${mounts.join(', ')} mounts a token` : ', and the default one mounts no token'}`,
  };
}

/** A guarded pod must reach cluster DNS, which shows that it has a network, and not the API server, which every pod reaches otherwise. */
async function egress(bench: Bench, allowEgress: boolean): Promise<Guard> {
  if (allowEgress) return { guard: 'egress', held: false, because: 'it was opened with --allow-egress' };
  try {
    const probe = await bench.probes.with(bench.namespace, { 'ai-agents/probe': 'guard' }, false);
    const until = Date.now() + 6_000;
    for (;;) {
      const server = await connects(probe, 'kubernetes.default.svc.cluster.local', 443, 2);
      if (server === 'silent') return { guard: 'egress', held: true, because: 'a pod in the namespace resolves names and reaches nothing outside of it' };
      if (Date.now() > until) {
        const open = server === 'open' || server === 'refused';
        return {
          guard: 'egress',
          held: open ? false : null,
          because: open ? 'the network does not enforce the policy that closes the way out' : 'a pod in the namespace could not resolve names',
        };
      }
    }
  } catch (error) {
    return { guard: 'egress', held: null, because: error instanceof Error ? error.message : String(error) };
  }
}
