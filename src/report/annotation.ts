import { dump } from 'js-yaml';
import { type Check, type Expected, type FragmentCheck, isResourceTarget, type ResourceTarget } from '../checks/check.ts';
import type { JudgedClaim } from '../review/review.ts';

/** Stands where the author must write what is meant; no manifest has it, so a block that still holds it proves nothing. */
const FILL_IN = 'FILL-IN';
const MOST = 6;

/**
 * A `yaml assert` block to paste under a claim that its words do not decide: what was understood, object by object,
 * and a place to fill in for the rest. Undefined when only a run can tell.
 */
export function annotationFor({ checks, resolutions, verdict }: Pick<JudgedClaim, 'checks' | 'resolutions' | 'verdict'>): string | undefined {
  if (verdict.is !== 'unproven') return undefined;
  const fragments = checks.flatMap(fragmentsIn).filter(({ targets }) => targets.some(isResourceTarget));
  const text = checks.find((check) => check.is === 'says');
  const documents =
    fragments.length > 0 ? understood(fragments) : [text ? dump({ file: text.paths[0] ?? FILL_IN, contains: FILL_IN }) : openQuestion(resolutions)];
  return `\`\`\`yaml assert\n${documents.slice(0, MOST).join('---\n')}\`\`\``;
}

const fragmentsIn = (check: Check): FragmentCheck[] => (check.is === 'fragment' ? [check] : check.is === 'any' ? check.of.flatMap(fragmentsIn) : []);

/** One document an object. */
function understood(fragments: readonly FragmentCheck[]): string[] {
  const asked = fragments
    .filter(({ mode }) => mode === 'assert')
    .flatMap(({ targets, fragment }) => targets.filter(isResourceTarget).map((target) => ({ target, fragment })));
  const byObject = Map.groupBy(asked, ({ target }) => `${target.kind}/${target.name}`);
  return Array.from(byObject.values(), (parts) => {
    const { kind, name } = parts[0]!.target;
    const wanted = parts.map(({ target, fragment }) => nested(target, fragment)).reduce(merged, {});
    return dump({ kind, metadata: { name }, ...(Object.keys(wanted).length > 0 ? wanted : { spec: FILL_IN }) }, { lineWidth: -1 });
  });
}

type Tree = { [key: string]: Expected };
const isTree = (value: Expected | undefined): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fragment at its place in the object: list items are found by their values, so one stands for its index. */
function nested({ at }: ResourceTarget, fragment: Expected): Tree {
  const whole = at.reduceRight<Expected>((inner, step) => (typeof step === 'number' ? [inner] : { [step]: inner }), fragment);
  if (!isTree(whole)) return {};
  // Both are said already: they choose the object.
  return Object.fromEntries(Object.entries(whole).filter(([key]) => key !== 'kind' && key !== 'metadata'));
}

function merged(one: Tree, other: Tree): Tree {
  const all: Tree = { ...one };
  for (const [key, value] of Object.entries(other)) {
    const before = all[key];
    all[key] = isTree(before) && isTree(value) ? merged(before, value) : Array.isArray(before) && Array.isArray(value) ? mergedLists(before, value) : value;
  }
  return all;
}

/** Lists of one item stand for the way to a container: its fields belong together. */
function mergedLists(one: readonly Expected[], other: readonly Expected[]): readonly Expected[] {
  const [first, second] = [one[0], other[0]];
  const isWay = one.length === 1 && other.length === 1 && isTree(first) && isTree(second) && !('name' in first) && !('name' in second);
  return isWay ? [merged(first, second)] : [...one, ...other];
}

/** Of the first object that the words may speak about, or of one to be named. */
function openQuestion(resolutions: JudgedClaim['resolutions']): string {
  const { kind, name } = resolutions.flatMap(({ found }) => found)[0] ?? { kind: 'Deployment', name: FILL_IN };
  return dump({ kind, metadata: { name }, spec: FILL_IN });
}
