import type { RuntimeEvidence, Verdict } from '../../checks/verdict.ts';
import { checkFailed, Problem } from '../../errors.ts';
import { canary } from '../canary.ts';
import type { Cluster } from '../connect.ts';
import type { Facts } from '../evidence.ts';
import { isService } from '../needs.ts';
import type { ProbePods } from '../probe-pods.ts';
import type { Member, Scene } from '../scene.ts';
import type { World } from '../watch.ts';

/** What a check may use of a deployment that runs. */
export interface Bench {
  readonly cluster: Cluster;
  readonly world: World;
  readonly facts: Facts;
  readonly probes: ProbePods;
  readonly signal: AbortSignal;
  /** where the manifests' largest namespace went */
  readonly namespace: string;
  /** the deployment as it is now */
  look(): Scene;
  /** whether this network enforces policies at all; asked once */
  enforces(): Promise<Enforcement>;
}

/** A bench whose question about the network is asked once, in a namespace of its own. */
export function benchFor(given: Omit<Bench, 'enforces'>, proof: string, image: string): Bench {
  let asked: Promise<Enforcement> | undefined;
  const ask = async (): Promise<Enforcement> => {
    try {
      return await canary(given.cluster, proof, `proof-${proof}-canary`, image, given.facts, given.signal);
    } catch (error) {
      if (given.signal.aborted) throw error;
      return {
        enforced: null,
        because: `whether this network enforces policies could not be tried: ${error instanceof Error ? error.message : String(error)}`,
        evidence: [],
      };
    }
  };
  return { ...given, enforces: () => (asked ??= ask()) };
}

export interface Enforcement {
  /** null when it could not be told */
  readonly enforced: boolean | null;
  readonly because: string;
  readonly evidence: readonly RuntimeEvidence[];
}

export const met = (because: string, first: RuntimeEvidence, ...rest: readonly RuntimeEvidence[]): Verdict => ({
  is: 'met',
  because,
  evidence: [first, ...rest],
});
export const unmet = (because: string, first: RuntimeEvidence, ...rest: readonly RuntimeEvidence[]): Verdict => ({
  is: 'unmet',
  because,
  evidence: [first, ...rest],
});
export const unproven = (because: string, ...evidence: readonly RuntimeEvidence[]): Verdict => ({ is: 'unproven', because, evidence });
export const failed = (says: string, error: unknown): Verdict => {
  const problem = error instanceof Problem ? error : checkFailed(says, error);
  return { is: 'failed', because: problem.message, problem, evidence: [] };
};

/** The member that a check names as the manifests do: `Deployment/api`. */
export const memberNamed = (scene: Scene, ref: string): Member | undefined => scene.members.find(({ prepared }) => prepared.ref === ref);

/** A host name as a story writes it, in the proof's namespaces. */
export function movedHost(host: string, scene: Scene): string {
  for (const { prepared } of scene.members) {
    if (prepared.object.kind !== 'Service') continue;
    const { name } = prepared.object.metadata;
    for (const [from, to] of scene.namespaces) {
      if (prepared.namespace === to && host !== name && isService(host, { name, namespace: from }, undefined))
        return host
          .split('.')
          .map((part, index, all) => (part === from && all[index - 1] === name ? to : part))
          .join('.');
    }
  }
  return host;
}
