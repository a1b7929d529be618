import type { Place } from '../checkout/source.ts';
import type { RuntimeEvidence } from '../checks/verdict.ts';
import type { Member, Scene } from './scene.ts';

/** Why an object does not become what it should: one sentence, what shows it, and the manifest line to change. */
export interface Cause {
  /** of its family, e.g. `image-not-found` */
  readonly id: string;
  readonly member: Member;
  readonly says: string;
  readonly fix: string;
  readonly at: Place;
  readonly evidence: readonly [RuntimeEvidence, ...RuntimeEvidence[]];
  /** when Kubernetes first showed what makes it certain, RFC 3339; undefined for what only logs, time or our own questions show */
  readonly shown: string | undefined;
  /** when it was last seen again, RFC 3339: a symptom from before its needs were met says nothing about after */
  readonly observed?: string;
  /**
   * `fault`: wrong in itself. `symptom`: may follow from something that it needs, and is the root only when all of that is well.
   */
  readonly nature: 'fault' | 'symptom';
  /** false while it may still pass by itself: it is named, but the deployment is waited for all the same */
  readonly final?: boolean;
  /** members that it names as what it waits for; for symptoms, beside what the manifests say it needs */
  readonly needs?: readonly Member[];
  /** the same fault in several objects has the same key, e.g. one missing ConfigMap that three read */
  readonly key?: string;
  /** what is at fault when it is not the manifests: then nothing is proven against them */
  readonly blames?: 'cluster' | 'proof';
}

/** A family of causes: looks at the scene and yields only what is certain. */
export interface CauseFamily {
  /** @param named what the families before this one found */
  find(scene: Scene, named: readonly Cause[]): Iterable<Cause>;
}

export const defineCauses = (find: CauseFamily['find']): CauseFamily => ({ find });
