import type { Claim } from '../story/story.ts';

const FARTHEST = 60;
const LONGEST = 2_000;

/** What a story said before one of its claims, nearest first: earlier claims of the same list, then the claim above the list and those above that. */
export function textsBefore(claims: readonly Claim[], index: number): readonly string[] {
  const texts: string[] = [];
  let { parent } = claims[index]!;
  let above = false;
  const { source } = claims[index]!.place;
  for (let at = index - 1; at >= 0 && texts.length < FARTHEST; at--) {
    const claim = claims[at]!;
    if (claim.place.source !== source) break;
    if (claim.id === parent) {
      texts.push(claim.text.slice(0, LONGEST));
      parent = claim.parent;
      above = true;
      if (parent === undefined) break;
    } else if (claim.parent === parent && !above) texts.push(claim.text.slice(0, LONGEST));
  }
  return texts;
}
