import type { Place, Source } from '../checkout/source.ts';

/** A place where program code reads an environment variable. */
export interface EnvironmentRead {
  /** the whole name, prefix of a settings class included */
  readonly name: string;
  /** true when the program cannot start without it (no default, not optional); false when it has one; undefined when the code does not say */
  readonly required: boolean | undefined;
  readonly place: Place;
}

/** Cheap: whether it is worth to look into this file at all. */
export const readsEnvironment = (_path: string, _text: string): boolean => false;

export function environmentReads(_source: Source): EnvironmentRead[] {
  return [];
}
