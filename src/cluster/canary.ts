import { setTimeout as sleep } from 'node:timers/promises';
import type { Enforcement } from './checks/bench.ts';
import type { Cluster } from './connect.ts';
import { KIND, pathOf } from './discovery.ts';
import type { Facts } from './evidence.ts';
import { PROOF_LABEL } from './guard.ts';
import { applyOurs } from './namespace.ts';
import type { LiveObject } from './object.ts';
import { connects, ProbePods } from './probe-pods.ts';
import { World } from './watch.ts';

const [OPEN, CLOSED] = [8081, 8082];
const IN_FORCE = 8_000;

/**
 * Whether a network enforces policies at all: in a namespace where no other policy speaks, a pod listens on two ports and a policy allows one of them.
 * The allowed port has to answer, and the other one has to fall silent.
 */
export async function canary(cluster: Cluster, proof: string, namespace: string, image: string, facts: Facts, signal: AbortSignal): Promise<Enforcement> {
  const { api } = cluster;
  const world = new World(api, proof);
  try {
    const labels = { [PROOF_LABEL]: proof, 'pod-security.kubernetes.io/enforce': 'restricted' };
    await api.ask(pathOf(KIND.namespace, undefined), {
      method: 'POST',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } },
      signal,
    });
    await world.watch([KIND.pod], [namespace]);
    await applyOurs(api, allowOnePort(namespace), signal);
    const probes = new ProbePods(api, world, image, signal);
    const [server, client] = await Promise.all([probes.with(namespace, { canary: 'server' }, false), probes.with(namespace, { canary: 'client' }, false)]);
    const listen = `nc -ll -p ${OPEN} -e true & nc -ll -p ${CLOSED} -e true & sleep 300`;
    void server.run(['sh', '-c', listen], 300_000).catch(() => {}); // ends with the pod
    const address = world.find('Pod', namespace, server.name)?.status?.podIP ?? '';
    const until = Date.now() + IN_FORCE;
    for (;;) {
      const open = await connects(client, address, OPEN, 2);
      const closed = await connects(client, address, CLOSED, 2);
      const evidence = [
        facts.fact('canary', `connection to the allowed port`, open),
        facts.fact('canary', `connection to the port that no policy allows`, closed),
      ];
      if (open === 'open' && closed === 'silent') return { enforced: true, because: 'this network enforces policies', evidence };
      if (Date.now() > until) {
        if (open === 'open') return { enforced: false, because: 'this network does not enforce policies', evidence };
        return { enforced: null, because: 'a canary could not tell whether this network enforces policies', evidence };
      }
      await sleep(300, undefined, { signal });
    }
  } finally {
    world.close();
    await api.send(pathOf(KIND.namespace, undefined, namespace), { method: 'DELETE' }).catch(() => {}); // the proof's own clean-up finds it by its label
  }
}

const allowOnePort = (namespace: string): LiveObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'canary', namespace },
  spec: { podSelector: { matchLabels: { canary: 'server' } }, policyTypes: ['Ingress'], ingress: [{ ports: [{ protocol: 'TCP', port: OPEN }] }] },
});
