import type { Place, Source } from '../checkout/source.ts';
import type { MarkdownDocument } from './markdown.ts';

export interface Link {
  /** where it leads, as written */
  readonly url: string;
  /** what is shown, without Markdown marks */
  readonly text: string;
  readonly image: boolean;
  readonly place: Place;
}

const MAX_PARENTHESES = 32; // as CommonMark allows implementations
const MAX_TITLE = 1_000;
const MAX_NESTING = 3; // of images in links in images

/** Links and images: `[text](url)`, `[text][reference]`, `<https://...>` and bare https URLs. Code is left out. */
export function linksOf({ source, texts }: MarkdownDocument): readonly Link[] {
  const definitions = definitionsOf(source, texts);
  return texts.flatMap((text) =>
    linksIn(text, definitions).map(({ shown, place, ...link }) => ({ ...link, text: plainText(shown), place: { source, ...place } })),
  );
}

/** URLs by the name that `[name]: url` lines give them, in lower case. */
type Definitions = ReadonlyMap<string, string>;
const NONE: Definitions = new Map();

export function definitionsOf({ text }: Source, texts: readonly Place[]): Definitions {
  const definitions = new Map<string, string>();
  for (const { start, end } of texts) {
    if (text[start] !== '[') continue;
    for (const line of text.slice(start, end).split('\n')) {
      const match = /^ {0,3}\[([^[\]]{1,999})\]:[ \t]*(\S+)/.exec(line);
      if (match && !definitions.has(labelOf(match[1]!))) definitions.set(labelOf(match[1]!), match[2]!.replace(/^<|>$/g, ''));
    }
  }
  return definitions;
}

const labelOf = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

interface Found {
  readonly url: string;
  /** as written */
  readonly shown: string;
  readonly image: boolean;
  readonly place: { readonly start: number; readonly end: number };
}

function linksIn({ source, start, end }: { source: Pick<Source, 'text'>; start: number; end: number }, definitions: Definitions): Found[] {
  const text = source.text.slice(start, end);
  const links: Found[] = [];
  const open: { at: number; image: boolean }[] = [];
  const ticks = codeSpans(text);
  const add = (url: string, shown: string, from: number, to: number, image = false) =>
    links.push({ url, shown, image, place: { start: start + from, end: start + to } });
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at++;
    else if (character === '`') at = (ticks.get(at) ?? at + 1) - 1;
    else if (character === '[') open.push({ at, image: text[at - 1] === '!' });
    else if (character === '<') {
      const auto = autolinkAt(text, at);
      if (auto) {
        if (!isDefined(text, at)) add(auto, auto, at, at + auto.length + 2);
        at += auto.length + 1;
      }
    } else if (character === 'h' && !/\w/.test(text[at - 1] ?? '')) {
      const url = bareUrlAt(text, at);
      if (!url) continue;
      if (open.length === 0 && !isDefined(text, at)) add(url, url, at, at + url.length);
      at += url.length - 1;
    } else if (character === ']') {
      const bracket = open.pop();
      if (!bracket) continue;
      const shown = text.slice(bracket.at + 1, at);
      const target = targetAfter(text, at + 1, shown, definitions);
      if (!target) continue;
      add(target.url, shown, bracket.at - (bracket.image ? 1 : 0), target.end, bracket.image);
      at = target.end - 1;
      if (!bracket.image) for (const outer of open.splice(0)) if (outer.image) open.push(outer); // a link holds no link
    }
  }
  return links.sort((a, b) => a.place.start - b.place.start);
}

/** `[name]: url` is no link; what refers to it is. */
const isDefined = (text: string, at: number): boolean => /\]:[ \t]*$/.test(text.slice(Math.max(0, at - 10), at));

/** Where each code span that begins at a run of backticks ends. */
function codeSpans(text: string): ReadonlyMap<number, number> {
  const runs = Array.from(text.matchAll(/`+/g), (match) => ({ at: match.index, length: match[0].length }));
  const nextOfLength = new Map<number, number>();
  const closing = new Map<number, number>();
  for (const { at, length } of runs.reverse()) {
    const close = nextOfLength.get(length);
    closing.set(at, close === undefined ? at + length : close + length);
    nextOfLength.set(length, at);
  }
  return closing;
}

function autolinkAt(text: string, at: number): string | undefined {
  if (!/[a-z]/i.test(text[at + 1] ?? '')) return undefined;
  const url = /^[a-z][a-z0-9+.-]{1,31}:[^\s<>]{0,2000}/i.exec(text.slice(at + 1, at + 2_100))?.[0];
  return url && text[at + 1 + url.length] === '>' ? url : undefined;
}

function bareUrlAt(text: string, at: number): string | undefined {
  if (!text.startsWith('http', at)) return undefined;
  const found = /^https?:\/\/[\w-][^\s<>`\]]{0,2000}/.exec(text.slice(at, at + 2_100))?.[0];
  if (!found) return undefined;
  let end = found.length;
  // GFM: punctuation at the end is no part of it, nor is a parenthesis that closes one outside
  while (end > 0 && (/[?!.,:;*_~'"|\\]/.test(found[end - 1]!) || (found[end - 1] === ')' && count(found, ')', end) > count(found, '(', end)))) end--;
  return found.slice(0, end);
}

function count(text: string, character: string, end: number): number {
  let found = 0;
  for (let at = 0; at < end; at++) if (text[at] === character) found++;
  return found;
}

function targetAfter(text: string, at: number, shown: string, definitions: Definitions): { url: string; end: number } | undefined {
  if (text[at] === '(') {
    const inline = destinationAt(text, at + 1);
    if (inline) return inline;
  }
  const close = text[at] === '[' ? text.slice(at, at + 1_000).indexOf(']') : -1;
  const label = close > 1 ? text.slice(at + 1, at + close) : shown;
  if (definitions.size === 0 || label.length > 999) return undefined;
  const url = definitions.get(labelOf(label));
  return url === undefined || (close < 0 && text[at] === ':') ? undefined : { url, end: close < 0 ? at : at + close + 1 };
}

/** `url "title")` */
function destinationAt(text: string, start: number): { url: string; end: number } | undefined {
  let at = skipBlanks(text, start);
  const begin = at;
  let url: string;
  if (text[at] === '<') {
    const match = /^<([^<>\n]*)>/.exec(text.slice(at, at + 2_100));
    if (!match) return undefined;
    url = match[1]!;
    at += match[0].length;
  } else {
    let depth = 0;
    for (; at < text.length && text[at]! > ' '; at++) {
      if (text[at] === '\\') at++;
      else if (text[at] === '(' && ++depth > MAX_PARENTHESES) return undefined;
      else if (text[at] === ')' && --depth < 0) break;
    }
    url = text.slice(begin, at);
  }
  at = skipBlanks(text, at);
  const quote = text[at];
  if (quote === '"' || quote === "'") {
    const close = text.slice(at + 1, at + 1 + MAX_TITLE).indexOf(quote);
    if (close < 0) return undefined;
    at = skipBlanks(text, at + close + 2);
  }
  return text[at] === ')' ? { url: url.replace(/\\([!-/:-@[-`{-~])/g, '$1'), end: at + 1 } : undefined;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (at < text.length && at - start < MAX_TITLE && /\s/.test(text[at]!)) at++;
  return at;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', mdash: '—', ndash: '–', copy: '©', hellip: '…' };

/** A line of Markdown as people see it: marks, tags and link targets gone. */
export function plainText(text: string, definitions: Definitions = NONE, nesting = MAX_NESTING): string {
  if (nesting === 0 || text.length > MAX_TITLE || !/[`*_~[\\<&]/.test(text)) return text;
  let shown = '';
  let at = 0;
  for (const { shown: inner, place } of linksIn({ source: { text }, start: 0, end: text.length }, definitions)) {
    if (place.start < at) continue; // an image inside a link
    shown += withoutMarks(text.slice(at, place.start)) + plainText(inner, definitions, nesting - 1);
    at = place.end;
  }
  return (shown + withoutMarks(text.slice(at))).trim();
}

const HELD = '\ue000'; // a private-use character stands for each code span, which keeps its marks

function withoutMarks(text: string): string {
  const code: string[] = [];
  const held = text.replaceAll(HELD, '').replace(/`[^`]*`/g, (span) => {
    code.push(span.slice(1, -1));
    return HELD;
  });
  return held
    .replace(/<\/?[a-z][^<>]*>/gi, '')
    .replace(/(?<!\\)(\*{1,3})(?=[^\s*])([^*]*[^*\s])\1/g, '$2')
    .replace(/(?<!\\)(\*{1,3})(?=[^\s*])([^*]*[^*\s])\1/g, '$2')
    .replace(/(~~)(?=[^\s~])([^~]*[^~\s])\1/g, '$2')
    .replace(/(?<![\w\\])(_{1,3})(?=[^\s_])([^_]*[^_\s])\1(?!\w)/g, '$2')
    .replace(/&(\w+);/g, (written, name: string) => ENTITIES[name] ?? written)
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll(HELD, () => code.shift() ?? '');
}
