import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { parseMarkdown, sectionAt, sectionsAbout } from './markdown.ts';
import { linksOf, plainText } from './markdown-inline.ts';

const document = (text: string) => parseMarkdown(new Source('README.md', text));
const titles = (text: string) => document(text).sections.map(({ level, title }) => `${'#'.repeat(level)} ${title}`);
const blocks = (text: string) => document(text).codeBlocks.map(({ lang, value }) => [lang, value]);
const urls = (text: string) => linksOf(document(text)).map(({ url }) => url);

/** What the reference implementation of CommonMark and GFM sees. */
function reference(text: string) {
  const seen = { titles: [] as string[], blocks: [] as [string | undefined, string][], urls: [] as string[] };
  const definitions = new Map<string, string>();
  const tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const shown = (node: Nodes): string =>
    node.type === 'html' ? '' : 'children' in node ? node.children.map(shown).join('') : 'value' in node ? node.value : 'alt' in node ? (node.alt ?? '') : '';
  const all: Nodes[] = [];
  const walk = (node: Nodes) => {
    all.push(node);
    if (node.type === 'definition' && !definitions.has(node.identifier)) definitions.set(node.identifier, node.url);
    if ('children' in node) for (const child of node.children) walk(child);
  };
  walk(tree);
  for (const node of tree.children) if (node.type === 'heading') seen.titles.push(`${'#'.repeat(node.depth)} ${shown(node).trim().replaceAll('\n', ' ')}`);
  for (const node of all) {
    if (node.type === 'code' && /^(?:`{3}|~{3})/.test(text.slice(node.position?.start.offset))) seen.blocks.push([node.lang?.toLowerCase(), node.value]);
    if (node.type === 'link' || node.type === 'image') seen.urls.push(node.url);
    if (node.type === 'linkReference' || node.type === 'imageReference') seen.urls.push(definitions.get(node.identifier) ?? '');
  }
  return seen;
}

const SNIPPETS = [
  '# A\n\ntext\n\n## B ##\n### C#\n#no\n#\ttab\n',
  'Title\n=====\n\nSub *title*\nof two lines\n---\n\npara\n\n---\n',
  '- item\n---\n\n* * *\n\n| a | b |\n|---|---|\n| 1 | 2 |\n',
  '# `code` and **bold** and _it_ snake_case *a* 2 * 3\n',
  '# [text](https://a.example/x "t") and ![alt](i.png)\n',
  '## [1.2]\n\n[1.2]: https://a.example/1.2\n',
  '# a \\# b &amp; c\n# <b>bold</b> x\n',
  '    # indented code\n\ntext\n    # still text\n',
  '```bash\n# not a heading\n```\n# heading\n',
  '~~~\n```\n~~~\n````md\n```\ninner\n```\n````\n',
  '```yaml assert\na: 1\n```\n``` \nnothing\n```\n',
  '1. one\n\n   ```sh\n   a\n     b\n   ```\n\n   text\n2. two\n   # in the list\n',
  '- a\n  - b\n    ```\n    code\n    ```\n- c\n\n# after\n',
  '> # quoted\n> ```js\n> x\n> ```\n\n# out\n',
  '> ```\n> x\nout\n# h\n',
  '<!-- # no\n# no -->\n# yes\n<!-- one line -->\n# also\n',
  '<details>\n<summary>s</summary>\n# no\n\n# yes\n</details>\n',
  '<pre>\n# no\n\n# no\n</pre>\n# yes\n',
  '<custom>\n# no\n\n# yes\n',
  'para\n<custom>\n# yes\n',
  'a\n# b\nc\n===\n',
  '```\nnever closed\n# no\n',
  '- ```\n  a\n# yes\n',
  '- item\nlazy\n# yes\n',
  '1) one\n\n10) ten\n\n    ```\n    x\n    ```\n',
  'see https://a.example/x_y?z=1. And (https://b.example/(a)). `https://no.example` <https://c.example>\n',
  '[a](b) [c](<d e>) [f](g(h)i) [j](k "l") [m]( n ) [o] (p) \\[q](r) [s](t u)\n',
  '![i](a.png) [![badge](b.svg)](https://c.example)\n',
  '[one][x] [two][] [x] [none]\n\n[x]: https://x.example\n[two]: <https://two.example>\n',
  '`[a](b)` ``[c](d) ` `` [e](f)\n',
  '\n\n\n',
  '#\n##   \n',
  '\t# code\n\n\ttext\n',
  '* a\n\n  b\n\n\n  c\n\n      code in list\n\nend\n# z\n',
];

describe('parseMarkdown', () => {
  test.each(SNIPPETS)('%j: headings, fences and links are those of the reference implementation', (text) => {
    const expected = reference(text);
    expect(titles(text).filter((title) => title.startsWith('#'))).toEqual(expected.titles);
    expect(blocks(text)).toEqual(expected.blocks);
    expect(urls(text)).toEqual(expected.urls);
  });

  test('a section goes to the next heading of its level or a higher one, and knows its parent', () => {
    const text = 'before\n\n# A\na\n## B\nb\n### C\nc\n\n## D\nd\n# E\n';
    const { sections } = document(text);
    expect(sections.map(({ title, whole, place, parent }) => [title, lineOf(place), text.slice(whole.start, whole.end), parent?.title])).toEqual([
      ['', 1, 'before', undefined],
      ['A', 3, '# A\na\n## B\nb\n### C\nc\n\n## D\nd', undefined],
      ['B', 5, '## B\nb\n### C\nc', 'A'],
      ['C', 7, '### C\nc', 'B'],
      ['D', 10, '## D\nd', 'A'],
      ['E', 12, '# E', undefined],
    ]);
    expect(sectionAt(document(text), text.indexOf('c\n'))?.title).toBe('C');
  });

  test.each([
    ['---\ntitle: x\n# no\n---\n# yes\n', ['# yes']],
    ['---\r\ntitle: x\r\n---\r\n# yes\r\n', ['# yes']],
    ['+++\na = 1\n+++\n# yes\n', ['# yes']],
    ['---\nnever closed\n# yes\n', [' ', '# yes']],
    ['\uFEFF# yes\n', ['# yes']],
    ['# a\r\n\r\nb\r\n===\r\n', ['# a', '# b']],
  ])('%j has the sections %j', (text, expected) => {
    expect(titles(text)).toEqual(expected);
  });

  test('a code block has its language, info, value and place', () => {
    const text = 'a\n\n  ```YAML assert\n  a: 1\n\n   b: 2\n  ```\n';
    const [block] = document(text).codeBlocks;
    expect(block).toMatchObject({ lang: 'yaml', info: 'YAML assert', value: 'a: 1\n\n b: 2' });
    expect(text.slice(block!.place.start, block!.place.end)).toBe('```YAML assert\n  a: 1\n\n   b: 2\n  ```');
  });

  test('a link has its text and place', () => {
    const text = 'see [the **guide**](docs/a.md) and\n![b](c.png)';
    expect(linksOf(document(text)).map(({ url, text: shown, image, place }) => [url, shown, image, text.slice(place.start, place.end)])).toEqual([
      ['docs/a.md', 'the guide', false, '[the **guide**](docs/a.md)'],
      ['c.png', 'b', true, '![b](c.png)'],
    ]);
  });

  test.each([
    ['one long line', 'a'.repeat(1_000_000)],
    ['brackets', '['.repeat(500_000)],
    ['links that never close', '[a]('.repeat(250_000)],
    ['titles that never close', `[a](b "c `.repeat(100_000)],
    ['images in images', `${'!['.repeat(100_000)}x${'](y)'.repeat(100_000)}`],
    ['backticks of every length', Array.from({ length: 1_400 }, (_, index) => '`'.repeat(index)).join(' ')],
    ['stars', `# ${'*a '.repeat(300_000)}`],
    ['quotes in quotes', `${'> '.repeat(500_000)}a`],
    ['lists in lists', `${'- '.repeat(500_000)}a`],
    ['lines of deep lists', `${' '.repeat(40)}- a\n`.repeat(20_000)],
    ['blanks', `# a\n${' '.repeat(1_000_000)}\nb${' '.repeat(500_000)}c\n===\n`],
    ['empty lines', '\n'.repeat(1_000_000)],
    ['headings', '# a\n'.repeat(250_000)],
    ['fences', '```\n'.repeat(250_000)],
    ['tags', '<a '.repeat(300_000)],
    ['comments', '<!-- '.repeat(200_000)],
    ['addresses', 'http://a'.repeat(120_000)],
    ['closing parentheses', `http://a${')'.repeat(500_000)}`],
    ['definitions', '[a]: b\n'.repeat(140_000)],
    ['references', `${'[a][b] '.repeat(140_000)}\n\n[b]: c`],
    ['front matter that never ends', `---\n${'-'.repeat(1_000_000)}`],
    ['hashes', `# ${'#'.repeat(1_000_000)}`],
    ['underscores', `# ${'_a'.repeat(400_000)}`],
    ['ampersands', `# &${'a'.repeat(900_000)}`],
  ])('%s: reads a megabyte quickly', (_, text) => {
    const started = performance.now();
    linksOf(document(text));
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});

describe('sectionsAbout', () => {
  const text = '# Guide\n\n## Deploy\nUse kubectl.\n### Local cluster\nminikube start\n## Debugging\nkubectl logs\n';
  test.each([
    [['deploy'], ['Deploy']],
    [['minikube'], ['Local cluster']],
    [['deploy', 'minikube'], ['Local cluster']],
    [['KUBECTL'], ['Deploy', 'Debugging']],
    [['kube'], []],
    [['start', 'logs'], ['Guide']],
  ])('%j: %j', (words, expected) => {
    expect(sectionsAbout(document(text), words).map(({ title }) => title)).toEqual(expected);
  });
});

test.each([
  ['plain', 'plain'],
  ['`a*b*` *c*', 'a*b* c'],
  ['**a *b* c** d_e_f _g_', 'a b c d_e_f g'],
  ['/api/*', '/api/*'],
  ['[`x.sh`](y) and ~~z~~', 'x.sh and z'],
  ['a &lt; b \\* c', 'a < b * c'],
])('%s is shown as %s', (text, shown) => {
  expect(plainText(text)).toBe(shown);
});

const shared = join(import.meta.dirname, '../../../shared');
const files = (() => {
  try {
    return readdirSync(shared, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'));
  } catch {
    return [];
  }
})();
test.skipIf(files.length === 0)('documents of ../shared: headings and fences are those of the reference implementation (skipped where there are none)', () => {
  for (const path of files) {
    const text = readFileSync(join(shared, path), 'utf8');
    if (/^---\r?\n/.test(text)) continue;
    const expected = reference(text);
    expect(
      titles(text).filter((title) => title.startsWith('#')),
      path,
    ).toEqual(expected.titles);
    expect(blocks(text), path).toEqual(expected.blocks);
  }
});
