import { isTestPath, testNamesOf } from '../code/test-names.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { TestCheck } from './check.ts';
import { quote, type Verdict } from './verdict.ts';
import { WordIndex } from './words.ts';

const ENOUGH = 0.65;

/** Whether a test is named after what a claim says. Other names could say it too, so that a missing one proves nothing. */
export function answerTest(check: TestCheck, inventory: Inventory): Verdict {
  const sources = check.paths.flatMap((path) => inventory.sources.get(path) ?? []).filter(({ path }) => isTestPath(path));
  const tests = sources.flatMap(testNamesOf);
  let best: { hits: number; place: (typeof tests)[number]['place'] } | undefined;
  for (const { text, place } of tests) {
    const index = new WordIndex(text);
    const joined = text.toLowerCase().replace(/[^a-z0-9]/g, '');
    const hits = check.about.filter((term) =>
      term.some((wording) => index.has(wording) || (wording.length > 4 && joined.includes(wording.toLowerCase().replace(/[^a-z0-9]/g, '')))),
    ).length;
    if (!best || hits > best.hits) best = { hits, place };
  }
  const about = check.about.map(([first]) => first).join(', ');
  if (best && check.about.length > 0 && best.hits >= Math.ceil(ENOUGH * check.about.length))
    return { is: 'met', because: check.says, evidence: [quote(best.place)] };
  return { is: 'unproven', because: `no test of ${check.paths.slice(0, 3).join(', ') || 'the repository'} is named after ${about}`, evidence: [] };
}
