import type { Place, Source } from '../checkout/source.ts';

/** One test by what its author called it. */
export interface TestName {
  /** its groups, its own name and the first line of its docstring, in words */
  readonly text: string;
  /** the groups around it; `''` for none */
  readonly group: string;
  /** the innermost group's first line, else its own */
  readonly groupPlace: Place;
  readonly place: Place;
  /** from its first line to the next test or group */
  readonly body: Place;
}

/** Whether test runners would take the file for one with tests. */
export const isTestPath = (path: string): boolean =>
  /(?:^|\/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|\.(?:test|spec|e2e|cy)\.[cm]?[jt]sx?$|(?:^|\/)__tests__\/[^/]*\.[cm]?[jt]sx?$/.test(path);

/** The tests of a Python, TypeScript or JavaScript file, in file order. Fixtures count: stories speak of them as of tests. */
export const testNamesOf = (source: Source): TestName[] => (/\.py$/.test(source.path) ? pythonTests(source) : scriptTests(source));

const PYTHON = /^([ \t]*)(?:async[ \t]+)?(def|class)[ \t]+(\w+)/;
const MAX_LINE = 500;

function pythonTests(source: Source): TestName[] {
  const found: TestName[] = [];
  const groups: { indent: number; name: string; at: number }[] = [];
  let decorated = false;
  const rows = source.text.split('\n');
  for (const [index, row] of rows.entries()) {
    if (row.length > MAX_LINE) continue;
    if (/^[ \t]*@pytest(?:_asyncio)?\.fixture\b/.test(row)) decorated = true;
    const match = PYTHON.exec(row);
    if (!match) continue;
    const indent = match[1]!.length;
    while (groups.length > 0 && groups.at(-1)!.indent >= indent) groups.pop();
    if (match[2] === 'class') groups.push({ indent, name: match[3]!, at: index });
    else if (/^test/.test(match[3]!) || decorated) {
      const said = docstring(rows, index);
      const group = groups.map(({ name }) => inWords(name)).join(' ');
      const text = [group, inWords(match[3]!), said ?? ''].join(' ').trim();
      const place = lines(source, index + 1, said === undefined ? index + 1 : index + 2);
      const at = groups.at(-1)?.at ?? index;
      found.push({ text, group, groupPlace: lines(source, at + 1, at + 1), place, body: place });
    }
    decorated = false;
  }
  return withBodies(found);
}

/** A body ends where the next test begins. */
const withBodies = (tests: readonly TestName[]): TestName[] =>
  tests.map((test, index) => ({ ...test, body: { ...test.place, end: tests[index + 1]?.place.start ?? test.place.source.text.length } }));

/** The text on the line right after a one-line `def`. */
function docstring(rows: readonly string[], at: number): string | undefined {
  if (!/:\s*(?:#.*)?$/.test(rows[at]!.slice(0, MAX_LINE))) return undefined;
  return /^[ \t]*[rR]?(?:"""|''')(.{1,300}?)(?:"""|'''|$)/.exec(rows[at + 1] ?? '')?.[1];
}

const TITLE = /^([ \t]*)(describe|context|suite|it|test|specify)(?:\.\w+)*\s*(?:\([^()]{0,200}\)\s*)?\(\s*(["'`])(.{1,300}?)\3/;

function scriptTests(source: Source): TestName[] {
  const found: TestName[] = [];
  const groups: { indent: number; name: string; at: number }[] = [];
  for (const [index, row] of source.text.split('\n').entries()) {
    const match = TITLE.exec(row.slice(0, MAX_LINE));
    if (!match) continue;
    const indent = match[1]!.length;
    while (groups.length > 0 && groups.at(-1)!.indent >= indent) groups.pop();
    if (/^(?:describe|context|suite)$/.test(match[2]!)) groups.push({ indent, name: match[4]!, at: index });
    else {
      const group = groups.map(({ name }) => name).join(' ');
      const place = lines(source, index + 1, index + 1);
      const at = groups.at(-1)?.at ?? index;
      found.push({ text: `${group} ${match[4]!}`.trim(), group, groupPlace: lines(source, at + 1, at + 1), place, body: place });
    }
  }
  return withBodies(found);
}

const inWords = (name: string): string => name.replace(/_/g, ' ').replace(/([a-z\d])([A-Z])/g, '$1 $2');
const lines = (source: Source, from: number, to: number): Place => ({
  source,
  start: source.offsetOf(from),
  end: Math.max(source.offsetOf(from) + 1, source.offsetOf(to + 1) - 1),
});
