import type { Workload } from '../manifest/resource.ts';
import { booleanOf, get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';

/** A volume of a pod whose data outlives it. */
export interface ClaimVolume {
  /** the volume's name, by which containers mount it */
  readonly volume: string;
  /** the PersistentVolumeClaim's name; undefined when the pod's owner makes one for each pod */
  readonly claim: string | undefined;
  /** the volume, or the claim template */
  readonly node: Node;
  /** `accessModes`, where the pod's owner states them */
  readonly accessModes: readonly string[];
  readonly readOnly: boolean;
}

/** Claims that a pod mounts, those of a StatefulSet's templates too. */
export function claimsOf(workload: Workload): readonly ClaimVolume[] {
  const templates = templatesOf(workload);
  const made = new Set(templates.map(({ volume }) => volume));
  const mounted = itemsOf(get(workload.pod, 'volumes')).flatMap((node): ClaimVolume[] => {
    const volume = textOf(get(node, 'name')) ?? '';
    if (made.has(volume)) return []; // the controller puts the claim of the template in its place
    const claim = textOf(get(node, 'persistentVolumeClaim', 'claimName'));
    const readOnly = booleanOf(get(node, 'persistentVolumeClaim', 'readOnly')) === true;
    if (claim !== undefined) return [{ volume, claim, node, accessModes: [], readOnly }];
    const template = get(node, 'ephemeral', 'volumeClaimTemplate');
    return template ? [{ volume, claim: undefined, node, accessModes: modesOf(template), readOnly: false }] : [];
  });
  return [...mounted, ...templates];
}

const templatesOf = (workload: Workload): readonly ClaimVolume[] =>
  itemsOf(get(workload.node, 'spec', 'volumeClaimTemplates')).map((node) => ({
    volume: textOf(get(node, 'metadata', 'name')) ?? '',
    claim: undefined,
    node,
    accessModes: modesOf(node),
    readOnly: false,
  }));

/** `spec.accessModes` of a claim or of a claim template. */
export const modesOf = (claim: Node): readonly string[] => itemsOf(get(claim, 'spec', 'accessModes')).flatMap((mode) => textOf(mode) ?? []);
