import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import type { Expected, FragmentCheck } from '../checks/check.ts';
import type { JudgedClaim } from '../review/review.ts';
import { exampleReview, exampleWording } from './example-review.ts';
import { explainClaim, explainRule } from './explain.ts';
import { type FormatName, formats } from './formats.ts';
import { lintReportOf, reportOf } from './report.ts';
import { LintReport, ReviewReport } from './schema.ts';

const plain = { colour: false };
const coloured = { colour: true };
const names = Object.keys(formats) as FormatName[];

const print = async (name: FormatName, review = exampleReview(), look = plain) => (await formats[name]()).review(reportOf(review, exampleWording), look);
const printLint = async (name: FormatName, look = plain, hostile?: string) =>
  (await formats[name]()).lint(lintReportOf(exampleReview(hostile), exampleWording), look);

describe('each format says the same review in its own way', () => {
  test.each(names)('%s', async (name) => {
    await expect(await print(name)).toMatchFileSnapshot(`expected/review-${name}.txt`);
    await expect(await printLint(name)).toMatchFileSnapshot(`expected/lint-${name}.txt`);
  });

  test.each(names)('%s: the same again for the same review', async (name) => {
    expect(await print(name)).toBe(await print(name));
  });
});

describe('json', () => {
  test('is what the schema says, keys in its order', async () => {
    const report = JSON.parse(await print('json'));
    expect(ReviewReport.parse(report)).toEqual(report);
    expect(Object.keys(report)).toEqual(Object.keys(ReviewReport.shape));
    const lint = JSON.parse(await printLint('json'));
    expect(LintReport.parse(lint)).toEqual(lint);
  });

  test('quotes exactly, however hostile, in characters that a terminal leaves alone', async () => {
    const quote = 'a\u001b[31m\u009b0m\u202e\u{e0041}\u2028"\\';
    const printed = await print('json', exampleReview(quote));
    expect(printed).not.toMatch(dangerous);
    expect(JSON.parse(printed).claims[0].evidence[0].quote).toBe(quote);
  });

  test('evidence that was read twice, once as the file and once as the finding, is one cited file', () => {
    const { files } = reportOf(exampleReview(), exampleWording);
    expect(files.map(({ path }) => path)).toEqual(['docs/story.md', 'k8s/api.yaml']);
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const dangerous = /[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u;
const HOSTILE = [
  '\u001b[2J\u001b]0;title\u0007 \u009b31m \u202e gnirts \rover',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '</details></td> | a | b |\n| -- | -- |',
  '[click](javascript:alert(1)) ![i](http://outside.test/i.png) [ref]: http://outside.test',
  '@team #12 org/repo#3 GH-1 a@outside.test www.outside.test http://outside.test',
  '`` ` ``` **b** _i_ ~~s~~ $x$ \\| &lt; :tada: [^1]',
  '# heading',
  '- list',
  '1. list',
  '> quote',
  '---',
  '```\ncode',
  '',
];

describe('text under review is shown and does nothing', () => {
  test.each(HOSTILE)('on a terminal: %j', async (hostile) => {
    for (const printed of [await print('text', exampleReview(hostile)), await printLint('text', plain, hostile)]) expect(printed).not.toMatch(dangerous);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with it
    const withoutColours = (await print('text', exampleReview(hostile), coloured)).replace(/\u001b\[[0-9;]*m/g, '');
    expect(withoutColours).toBe(await print('text', exampleReview(hostile)));
  });

  test.each(HOSTILE)('in explain: %j', (hostile) => {
    const review = exampleReview(hostile);
    const report = reportOf(review, exampleWording);
    for (const [at, claim] of review.claims.entries()) expect(explainClaim(claim, report.claims[at]!, plain)).not.toMatch(dangerous);
  });

  test.each(HOSTILE)('in Markdown: %j', async (hostile) => {
    const expected = shape(await print('md'));
    expect(shape(await print('md', exampleReview(hostile)))).toEqual({
      ...expected,
      headings: expected.headings.map((heading) => expect.stringContaining(heading.split(' — ')[0]!)),
    });
  });
});

/** Everything of a Markdown document that is more than text. */
function shape(markdown: string) {
  const headings: string[] = [];
  const counts: Record<string, number> = {};
  const html: string[] = [];
  const visit = (node: ReturnType<typeof fromMarkdown> | ReturnType<typeof fromMarkdown>['children'][number]): void => {
    if (node.type === 'heading') headings.push(node.children.map((child) => ('value' in child ? child.value : '')).join(''));
    if (node.type === 'html') html.push(node.value);
    // Text and code may stand anywhere; what they are part of may not.
    if (!['text', 'inlineCode'].includes(node.type)) counts[node.type] = (counts[node.type] ?? 0) + 1;
    if ('children' in node) for (const child of node.children) visit(child as Parameters<typeof visit>[0]);
  };
  visit(fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }));
  return { headings, counts, html: html.map((value) => value.split('\n')[0]) };
}

describe('explain', () => {
  const explain = (id: string, change: Partial<JudgedClaim> = {}) => {
    const review = exampleReview();
    const at = review.claims.findIndex(({ claim }) => claim.id === id);
    return explainClaim({ ...review.claims[at]!, ...change }, reportOf(review, exampleWording).claims[at]!, plain);
  };

  test('says how a claim was read, what was seen, and what to paste', () => {
    expect(explain('AC5')).toBe(`AC5 Code is clean
docs/story.md:5

NOT VERIFIED (no check): the file says it

Words resolved to
  "the workers": Deployment/worker (by name); not Deployment/api

Read as
  Deployment/api is there

To say for certain what must hold, paste this under the claim, keep the objects that are meant, and fill it in
  \`\`\`yaml assert
  kind: Deployment
  metadata:
    name: worker
  spec: FILL-IN
  \`\`\`
`);
  });

  test('the block to paste says what was understood, object by object', () => {
    const target = { path: 'k8s/api.yaml', kind: 'Deployment', name: 'api', at: ['spec', 'template', 'spec', 'containers', 0] } as const;
    const fragment = (of: Expected): FragmentCheck => ({
      is: 'fragment',
      says: 'x',
      mode: 'assert',
      of: 'unclear',
      targets: [target, { ...target, name: 'worker' }],
      fragment: of,
    });
    const checks = [fragment({ env: [{ name: 'A', value: '1' }] }), fragment({ env: [{ name: 'B', value: '2' }] }), fragment({ image: 'api:1' })];
    expect(explain('AC5', { checks })).toContain(`  \`\`\`yaml assert
  kind: Deployment
  metadata:
    name: api
  spec:
    template:
      spec:
        containers:
          - env:
              - name: A
                value: '1'
              - name: B
                value: '2'
            image: api:1
  ---
  kind: Deployment
  metadata:
    name: worker
`);
  });

  test('shows quotes with the numbers of their lines', () => {
    expect(explain('AC2')).toContain(`  k8s/api.yaml
    1  kind: Deployment
    2  metadata:
    3    name: api
    4  spec:
    5    replicas: 1
`);
  });

  test('says what a rule is for and how to accept one place', () => {
    const rule = {
      id: 'image-tag-latest',
      severity: 'medium',
      says: 'The image {image} moves.',
      because: 'Tomorrow it is another one.',
      fix: 'Name a version.',
    } as const;
    const printed = explainRule(rule, plain);
    for (const part of ['The image <image> moves.', rule.because, 'Fix: Name a version.', '# ai-agents: allow image-tag-latest <reason>'])
      expect(printed).toContain(part);
  });
});
