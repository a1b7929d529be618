import type { Place, Source } from '../checkout/source.ts';
import type { Image } from '../manifest/resource.ts';

export interface Dockerfile {
  readonly source: Source;
  readonly stages: readonly Stage[];
}
export interface Stage {
  readonly name: string | undefined;
  readonly from: Image;
  readonly instructions: readonly Instruction[];
  readonly place: Place;
}
export interface Instruction {
  /** upper case: RUN, COPY, USER, EXPOSE, ... */
  readonly keyword: string;
  /** after the keyword, continuation lines joined */
  readonly text: string;
  readonly place: Place;
}

export function parseDockerfile(source: Source): Dockerfile {
  return { source, stages: [] };
}
