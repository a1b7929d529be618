import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { expect, test } from 'vitest';
import { codeSpan, markdownText } from './markdown-text.ts';
import { visibleJson, visibleLine } from './visible.ts';

/** What a reader sees of one paragraph. */
function shown(markdown: string): string {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const [paragraph, ...rest] = tree.children;
  if (!paragraph) return '';
  if (paragraph.type !== 'paragraph' || rest.length > 0) return `not a paragraph: ${JSON.stringify(tree.children.map(({ type }) => type))}`;
  return paragraph.children.map((child) => (child.type === 'text' || child.type === 'inlineCode' ? child.value : `<${child.type}>`)).join('');
}

test.each([
  ['Service port 80, 100 % (see below): yes/no?', 'Service port 80, 100 % (see below): yes/no?'],
  ['Größe → 10Gi', 'Größe → 10Gi'],
  ['POSTGRES_DB=ai_agents, POSTGRES_USER', '`POSTGRES_DB=ai_agents, POSTGRES_USER`'],
  ['(AC: #1, #2)', '(AC: `#1, #2`)'],
  ['(path: /app(/|$)(.*), b)', '(path: `/app(/|$)(.*)`, b)'],
  ['f_x(1)', '`f_x(1)`'],
  ['(a_b).', '(`a_b`).'],
  ['a::', '`a`::'],
  ['ask @team', 'ask `@team`'],
  ['a ` b', 'a `` ` `` b'],
  ['only: `kubectl get pods -n shop`', 'only: `kubectl get pods -n shop`'],
  ['(`a_b`), `c|d`.', '(`a_b`), `c|d`.'],
  ['`a`b #1', '`` `a`b #1 ``'],
  ['- item', '`-` item'],
  ['1. item', '`1`. item'],
  ['a - b', 'a - b'],
  ['see http://outside.test', 'see `http://outside.test`'],
  ['two\nlines', 'two lines'],
  ['', ''],
])('%j becomes %j', (text, markdown) => {
  expect(markdownText(text)).toBe(markdown);
});

test('whatever the text, a reader sees its characters, code as code, and nothing else', () => {
  const alphabet = [
    'a',
    'b',
    ' ',
    ' ',
    '`',
    '``',
    '*',
    '_',
    '#',
    '>',
    '<',
    '|',
    '\\',
    '[',
    ']',
    '(',
    ')',
    '!',
    '@',
    '~',
    '-',
    '+',
    '1.',
    '&amp;',
    '$',
    ':',
    '/',
    'www.',
    'http://',
    '\n',
    '\t',
    '"',
    '=',
    'ä',
    '\u001b',
    '\u202e',
  ];
  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 5000; round++) {
    const text = Array.from({ length: 1 + random(12) }, () => alphabet[random(alphabet.length)]).join('');
    const characters = visibleLine(text).replace(/(?<=(?:^|\s)\(?)`([^`\s]|[^`\s][^`]*[^`\s])`(?=[.,;:)]*(?:\s|$))/g, '$1');
    expect(shown(markdownText(text)), JSON.stringify(text)).toBe(characters);
    expect(shown(codeSpan(text)), JSON.stringify(text)).toBe(visibleLine(text));
  }
});

test('hidden characters become visible, joiners and letters stay', () => {
  expect(visibleLine('a\u001b[31mb\u0000\u0085\u202e\u2066\u{e0041}c')).toBe('a\\x1b[31mb\\x00\\x85\\u{202e}\\u{2066}\\u{e0041}c');
  expect(visibleLine('\u{1f469}\u200d\u{1f4bb} می\u200cخواهم')).toBe('\u{1f469}\u200d\u{1f4bb} می\u200cخواهم');
  expect(JSON.parse(visibleJson(JSON.stringify('\u009b\u{e0041}')))).toBe('\u009b\u{e0041}');
});

test.each(['`', '\u001b', 'a`', '#', ' ', 'ä', '@a '])('a megabyte of %j takes no longer than it should', (part) => {
  const started = performance.now();
  markdownText(part.repeat((1 << 20) / part.length));
  expect(performance.now() - started).toBeLessThan(3000);
});
