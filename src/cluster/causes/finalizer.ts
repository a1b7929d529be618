import { quote, type RuntimeEvidence } from '../../checks/verdict.ts';
import type { Left } from '../clean.ts';
import type { Facts } from '../evidence.ts';
import type { Preparation } from '../prepare.ts';
import type { ProvenCause, ProvenObject } from '../proof.ts';
import { placeIn } from '../scene.ts';

/** Adds what only the clean-up could show: objects whose own finalizers nobody released, so that they cannot be deleted. */
export function withFinalizers<T extends { causes: readonly ProvenCause[]; objects: readonly ProvenObject[] }>(
  proven: T,
  { objects }: Pick<Preparation, 'objects'>,
  left: readonly Left[],
  facts: Facts,
): T {
  const held = objects.flatMap(({ ref, object, resource }) => {
    const finalizers = object.metadata.finalizers ?? [];
    const remaining = left.find((each) => each.object === `${object.kind}/${object.metadata.name}`);
    if (finalizers.length === 0 || !remaining) return [];
    const evidence: readonly RuntimeEvidence[] = [facts.fact(ref, 'metadata.finalizers', finalizers.join(', '))];
    const now = new Date().toISOString();
    const cause: ProvenCause = {
      id: 'finalizer-blocks-deletion',
      object: ref,
      says: `${ref} cannot be deleted: nothing in the cluster releases its finalizer ${finalizers.join(', ')}.`,
      fix: 'Leave the finalizer out, or deploy what releases it.',
      at: quote(placeIn(resource, 'metadata', 'finalizers')),
      evidence,
      also: [],
      breaks: [],
      shown: now,
      named: now,
    };
    return [cause];
  });
  if (held.length === 0) return proven;
  const refuted = proven.objects.map((each) => {
    const cause = held.find(({ object }) => object === each.object);
    return cause ? { ...each, verdict: { is: 'unmet' as const, because: cause.says, evidence: cause.evidence } } : each;
  });
  return { ...proven, causes: [...proven.causes, ...held], objects: refuted };
}
