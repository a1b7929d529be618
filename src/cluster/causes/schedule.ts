import { parseQuantity } from '../../manifest/quantity.ts';
import { defineCauses } from '../cause.ts';
import { type PodView, placeIn, placeInContainer, type Scene } from '../scene.ts';

/** Pods that no node takes: too little left, a label that no node has, a taint. */
export const scheduleCauses = defineCauses(function* (scene) {
  for (const view of scene.pods) {
    const condition = view.pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    if (condition?.status !== 'False' || condition.reason !== 'Unschedulable') continue;
    const message = condition.message ?? '';
    const found = reasonOf(message, view, scene);
    if (!found) continue;
    yield {
      ...found,
      member: view.member,
      evidence: [
        scene.facts.fact(
          `Pod/${view.pod.metadata.name}`,
          'status.conditions[PodScheduled]',
          `${condition.reason}: ${message}`,
          condition.lastTransitionTime ?? undefined,
        ),
      ],
      shown: condition.lastTransitionTime ?? '',
      nature: 'fault',
    };
  }
});

function reasonOf(message: string, view: PodView, scene: Scene) {
  const inPod = (...path: (string | number)[]) => placeIn(view.workload, ...view.workload.podPath, ...path);
  const missingClaim = /persistentvolumeclaim "([^"]+)" (?:not found|is being deleted)/.exec(message)?.[1];
  if (missingClaim) {
    const index = view.pod.spec?.volumes?.findIndex(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === missingClaim) ?? -1;
    return {
      id: 'claim-missing',
      says: `${view.member.prepared.ref} uses PersistentVolumeClaim/${missingClaim}, which no manifest makes.`,
      fix: 'Add the claim, or name one that exists.',
      at: inPod('volumes', index, 'persistentVolumeClaim', 'claimName'),
      key: `missing PersistentVolumeClaim/${missingClaim}`,
    };
  }
  const lacking = Array.from(message.matchAll(/Insufficient ([\w./-]*\w)/g), (match) => match[1]!);
  const resource = lacking[0];
  if (resource) {
    const nodes = scene.inquiry.ask('nodes', () => scene.questions.nodes());
    if (nodes === undefined) return undefined;
    const most = nodes.map(({ allocatable }) => allocatable[resource] ?? '0').sort((a, b) => (parseQuantity(b) ?? 0) - (parseQuantity(a) ?? 0))[0];
    const greedy = view.containers
      .map((container) => ({ container, wants: container.spec.resources?.requests?.[resource] ?? '' }))
      .sort((a, b) => (parseQuantity(b.wants) ?? 0) - (parseQuantity(a.wants) ?? 0))[0]!;
    const field = placeInContainer(view.workload, greedy.container, 'resources', 'requests', resource);
    const wants = view.containers.reduce((sum, { spec }) => sum + (parseQuantity(spec.resources?.requests?.[resource] ?? '0') ?? 0), 0);
    const tooLarge = most !== undefined && wants > (parseQuantity(most) ?? 0);
    return {
      id: 'unschedulable-resources',
      says: `${view.member.prepared.ref} asks for ${greedy.wants} of ${resource}; ${tooLarge ? `the largest node has ${most}` : `no node has that much left${most === undefined ? '' : ` (the largest has ${most} in all)`}`}${lacking.length > 1 ? `, and ${lacking.slice(1).join(', ')} is short too` : ''}.`,
      fix: `Ask for less ${resource}, or add nodes.`,
      at: field,
      ...(tooLarge ? {} : { blames: 'cluster' as const, final: false }), // on an emptier cluster it would fit, and this one may become so
    };
  }
  if (/node affinity\/selector|didn't match Pod's node/.test(message)) {
    const selector = view.pod.spec?.nodeSelector;
    const wanted = Object.entries(selector ?? {}).map(([name, value]) => `${name}=${value}`);
    const key = Object.keys(selector ?? {})[0];
    return {
      id: 'unschedulable-selector',
      says:
        wanted.length > 0
          ? `No node has the label ${wanted.join(', ')} that ${view.member.prepared.ref} asks for.`
          : `No node matches the node affinity of ${view.member.prepared.ref}.`,
      fix: 'Name labels that the nodes have.',
      at: key === undefined ? inPod('affinity', 'nodeAffinity') : inPod('nodeSelector', key),
    };
  }
  const taint = /untolerated taint(?:\(s\))? \{?([^}:]+)/.exec(message)?.[1];
  if (taint) {
    return {
      id: 'unschedulable-taint',
      says: `Every node that would do has the taint ${taint.trim()}, which ${view.member.prepared.ref} does not tolerate.`,
      fix: 'Add a toleration.',
      at: inPod('tolerations'),
    };
  }
  if (/anti-affinity|topology spread|pod affinity/.test(message)) {
    const spread = /topology spread/.test(message);
    return {
      id: 'unschedulable-spread',
      says: `${view.member.prepared.ref} ${spread ? 'must be spread over more nodes than there are' : 'may not share a node with the pods that are there'}.`,
      fix: 'Prefer it instead of requiring it, or add nodes.',
      at: spread ? inPod('topologySpreadConstraints') : inPod('affinity'),
    };
  }
  if (/unbound immediate PersistentVolumeClaims|didn't find available persistent volumes/.test(message)) return undefined; // the claim's own cause says why
  return undefined;
}
