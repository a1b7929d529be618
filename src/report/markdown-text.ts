import { visibleLine } from './visible.ts';

// What GitHub and CommonMark leave alone inside a line. Everything else goes into a code span, where nothing means anything: no
// HTML, link, image, mention (@team), reference (#12), formula ($x$) or mark. Backslashes would stop only some of these.
const PLAIN = /^[A-Za-z0-9.,;:!?'"()/%+=\-\u00a0-\u{10ffff}]*$/u;
const isPlain = (word: string): boolean => PLAIN.test(word) && !word.includes('//') && !/www\./i.test(word) && word.indexOf(':') === word.lastIndexOf(':');

/** Words between single backticks, which stand as words of their own: code already. */
const CODE = /(^|\s)(\(?)`([^`\s](?:[^`]*[^`\s])?)`(?=[.,;:)]*(?:\s|$))/g;

/** Text from a file under review as one line of Markdown that shows these characters, code without its backticks, and does nothing else. */
export function markdownText(text: string): string {
  const line = visibleLine(text);
  let [markdown, from] = ['', 0];
  for (const { index, 0: whole, 1: space = '', 2: bracket = '', 3: code = '' } of line.matchAll(CODE)) {
    markdown += wordsOf(line.slice(from, index), from === 0) + space + bracket + codeSpan(code);
    from = index + whole.length;
  }
  return markdown + wordsOf(line.slice(from), from === 0);
}

function wordsOf(text: string, startsLine: boolean): string {
  const parts: { code: boolean; words: string[] }[] = [];
  for (const [at, word] of text.split(' ').entries()) {
    // At the start of a line `-`, `+` and `1.` would open a list.
    const code = !isPlain(word) || (startsLine && at === 0 && /^(?:[-+=]+|[0-9]+[.)])$/.test(word));
    const last = parts.at(-1);
    if (last?.code === code) last.words.push(word);
    else parts.push({ code, words: [word] });
  }
  return parts.map((part) => (part.code ? coded(part.words.join(' ')) : part.words.join(' '))).join(' ');
}

/** Full stops, quotation marks and brackets around the words stay outside the code; brackets of the code itself do not. */
function coded(words: string): string {
  let [start, end] = [0, words.length];
  while (start < end && '("\''.includes(words[start]!)) start++;
  const rest = words.slice(start);
  let surplus = rest.split(')').length - rest.split('(').length;
  while (end > start && (words[end - 1] === ')' ? surplus-- > 0 : '"\'.,;:?'.includes(words[end - 1]!))) end--;
  const inner = words.slice(start, end);
  return inner === '' || inner !== inner.trim() ? codeSpan(words) : words.slice(0, start) + codeSpan(inner) + words.slice(end);
}

/** A line of text as a code span. */
export function codeSpan(text: string): string {
  const line = visibleLine(text);
  if (line === '') return '';
  let longest = 0;
  for (const [run] of line.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  const inner = line.startsWith('`') || line.endsWith('`') ? ` ${line} ` : line;
  return fence + inner + fence;
}
