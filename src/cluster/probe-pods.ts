import { probeNotStarted } from '../errors.ts';
import type { Api } from './api.ts';
import { KIND, pathOf } from './discovery.ts';
import { execIn, type Ran } from './exec.ts';
import { GUARD_NAME, OWN_EGRESS_LABEL } from './guard.ts';
import { applyOurs } from './namespace.ts';
import type { LiveObject } from './object.ts';
import type { World } from './watch.ts';

/** A pod of our own, from which questions are asked as a workload's pods would ask them. */
export interface ProbePod {
  readonly name: string;
  run(command: readonly string[], within: number): Promise<Ran>;
}

const START_WITHIN = 20_000;

/**
 * Probe pods, each made at its first use. They pass Pod Security `restricted`. They carry a workload's labels so that its policies cover them, but
 * belong to an object of ours, so that no controller adopts them, and never become ready, so that no Service sends them traffic.
 */
export class ProbePods {
  readonly #api: Api;
  readonly #world: World;
  readonly #image: string;
  readonly #signal: AbortSignal;
  readonly #pods = new Map<string, Promise<ProbePod>>();
  readonly #owners = new Map<string, Promise<LiveObject>>();

  constructor(api: Api, world: World, image: string, signal: AbortSignal) {
    this.#api = api;
    this.#world = world;
    this.#image = image;
    this.#signal = signal;
  }

  /** The probe pod with these labels; `own` when the manifests' policies decide its egress, not the guard. */
  with(namespace: string, labels: Readonly<Record<string, string>>, own: boolean): Promise<ProbePod> {
    const all = { ...labels, ...(own ? { [OWN_EGRESS_LABEL]: 'own' } : {}) };
    const key = JSON.stringify([namespace, Object.entries(all).sort()]);
    const known = this.#pods.get(key);
    if (known) return known;
    const pod = this.#make(namespace, all, `${GUARD_NAME}-probe-${this.#pods.size + 1}`);
    this.#pods.set(key, pod);
    return pod;
  }

  async #make(namespace: string, labels: Readonly<Record<string, string>>, name: string): Promise<ProbePod> {
    const owner = await this.#ownerIn(namespace);
    await this.#api.ask(pathOf(KIND.pod, namespace), { method: 'POST', body: probePod(name, namespace, labels, this.#image, owner), signal: this.#signal });
    const until = Date.now() + START_WITHIN;
    for (;;) {
      const state = this.#world.find('Pod', namespace, name)?.status?.containerStatuses?.[0]?.state;
      if (state?.running) break;
      const reason = state?.waiting?.reason ?? state?.terminated?.reason;
      if (Date.now() > until || /ImagePull|ErrImage|InvalidImage|Error/.test(reason ?? ''))
        throw probeNotStarted(this.#image, reason ?? 'it was not scheduled');
      await this.#world.changed(500);
      this.#signal.throwIfAborted();
    }
    return { name, run: (command, within) => execIn(this.#api, namespace, name, 'probe', command, within, this.#signal) };
  }

  #ownerIn(namespace: string): Promise<LiveObject> {
    let owner = this.#owners.get(namespace);
    if (!owner) {
      const object: LiveObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${GUARD_NAME}-probes`, namespace } };
      owner = applyOurs(this.#api, object, this.#signal).then(() =>
        this.#api.json(pathOf(KIND.configMap, namespace, object.metadata.name), { signal: this.#signal }),
      );
      this.#owners.set(namespace, owner);
    }
    return owner;
  }
}

const probePod = (name: string, namespace: string, labels: Readonly<Record<string, string>>, image: string, owner: LiveObject): LiveObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace,
    labels: { ...labels },
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid ?? '', controller: true }],
  },
  spec: {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: 1,
    readinessGates: [{ conditionType: `${GUARD_NAME}/never` }],
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'probe',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sleep', '86400'],
        resources: { requests: { cpu: '1m', memory: '8Mi' }, limits: { cpu: '100m', memory: '32Mi' } },
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});

/**
 * Whether a TCP connection can be opened, asked with the `nc` that the image has: BusyBox's, or another one.
 * `refused` shows that packets arrive: only silence is a network that lets nothing through.
 */
export async function connects(pod: ProbePod, host: string, port: number, seconds: number): Promise<'open' | 'refused' | 'silent' | 'unresolved'> {
  const script = `nc -w ${seconds} "$0" "$1" </dev/null`;
  const { code, stderr } = await pod.run(['sh', '-c', script, host, String(port)], (seconds + 8) * 1_000);
  if (code === 0) return 'open';
  if (/refused/i.test(stderr)) return 'refused';
  if (/bad address|resolve|not known/i.test(stderr)) return 'unresolved';
  return 'silent';
}
