import type { Place } from '../checkout/source.ts';
import { isTestPath, type TestName, testNamesOf } from '../code/test-names.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Term, TestCheck } from './check.ts';
import { saysWord } from './scalars.ts';
import { quote, type Verdict } from './verdict.ts';
import { WordIndex } from './words.ts';

/** A test, or the tests of one group together. */
interface Unit {
  readonly names: string;
  readonly body: string;
  readonly place: Place;
  /** how much of the words it must have */
  readonly enough: number;
}

/** Files of which one is meant: the more there are, the more likely is a name that fits by chance. */
const FEW = 3;

/** Whether a test is named after what a claim says. Other names could say it too, so that a missing one proves nothing. */
export function answerTest(check: TestCheck, inventory: Inventory): Verdict {
  const sources = check.paths.flatMap((path) => inventory.sources.get(path) ?? []).filter(({ path }) => isTestPath(path));
  const strict = sources.length > FEW ? 0.15 : 0;
  for (const unit of sources.flatMap((source) => unitsOf(testNamesOf(source)))) {
    const index = new WordIndex(unit.names);
    const joined = squeezed(unit.names);
    const has = (term: Term) => term.some((wording) => index.has(wording) || (wording.length > 4 && joined.includes(squeezed(wording))));
    const hits = check.about.filter(has).length;
    if (hits < Math.ceil((unit.enough + strict) * check.about.length)) continue;
    const inNames = (text: string) => has([text]) || (text.length > 4 && joined.includes(squeezed(text)));
    if (check.about.length === 0 && check.exact.length < 3 && !check.exact.some(inNames)) continue;
    if (check.exact.every((text) => inNames(text) || saysWord(unit.body, text) || saysWord(unit.body, afterDot(text))))
      return { is: 'met', because: check.says, evidence: [quote(unit.place)] };
  }
  const about = [...check.about.map(([first]) => first), ...check.exact].join(', ');
  return { is: 'unproven', because: `no test of ${check.paths.slice(0, 3).join(', ') || 'the repository'} is named after ${about}`, evidence: [] };
}

function unitsOf(tests: readonly TestName[]): Unit[] {
  const single = tests.map(({ text, body, place }): Unit => ({ names: text, body: textOf(body), place, enough: 0.65 }));
  const groups = Array.from(Map.groupBy(tests, ({ group }) => group)).filter(([group]) => group !== '');
  return [
    ...single,
    ...groups.map(([, members]): Unit => {
      const [first, last] = [members[0]!, members.at(-1)!];
      const body = textOf({ ...first.groupPlace, end: last.body.end });
      return { names: members.map(({ text }) => text).join(' '), body, place: first.groupPlace, enough: 0.75 };
    }),
  ];
}

/** `httpx.AsyncClient` is `AsyncClient` where it was imported by itself; a file keeps its ending. */
const afterDot = (text: string): string => /\.([A-Z]\w*)$/.exec(text)?.[1] ?? text;
const textOf = ({ source, start, end }: Place): string => source.text.slice(start, end);
const squeezed = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
