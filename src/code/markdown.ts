import type { Place, Source } from '../checkout/source.ts';
import { definitionsOf, plainText } from './markdown-inline.ts';

/**
 * The blocks of a Markdown file that reviews ask for: headings, fenced code and the text between, by the rules of CommonMark 0.31.
 * Read line by line with own code, since loading mdast and its parser costs 90 ms and a whole review may take about 200.
 */
export interface MarkdownDocument {
  readonly source: Source;
  readonly sections: readonly Section[];
  /** fenced code blocks, those in lists and quotes too */
  readonly codeBlocks: readonly CodeBlock[];
  /** runs of lines that are neither code, front matter nor HTML comments */
  readonly texts: readonly Place[];
}
export interface Section {
  /** without Markdown marks */
  readonly title: string;
  /** 1 to 6; 0 for what stands before the first heading */
  readonly level: number;
  /** the heading */
  readonly place: Place;
  /** from the heading to the next heading of the same or a higher level */
  readonly whole: Place;
  /** the section that it is part of */
  readonly parent: Section | undefined;
}
interface CodeBlock {
  /** the first word after the fence, lower case; undefined when there is none */
  readonly lang: string | undefined;
  /** all that stands after the fence: `yaml assert` */
  readonly info: string;
  /** without the fences and their indentation */
  readonly value: string;
  readonly place: Place;
}

/** A Markdown file, read in one pass when the first of its blocks is asked for: most of a repository's documents never are. Never throws. */
export function parseMarkdown(source: Source): MarkdownDocument {
  let read: Omit<MarkdownDocument, 'source'> | undefined;
  const blocks = () => (read ??= blocksOf(source));
  return {
    source,
    get sections() {
      return blocks().sections;
    },
    get codeBlocks() {
      return blocks().codeBlocks;
    },
    get texts() {
      return blocks().texts;
    },
  };
}

function blocksOf(source: Source): Omit<MarkdownDocument, 'source'> {
  const scanner = new Scanner(source);
  scanner.read();
  return { sections: sectionsOf(source, scanner.headings, scanner.texts), codeBlocks: scanner.codeBlocks, texts: scanner.texts };
}

interface Heading {
  readonly level: number;
  /** as written */
  readonly title: string;
  readonly start: number;
  readonly end: number;
}

function sectionsOf(source: Source, headings: readonly Heading[], texts: readonly Place[]): Section[] {
  const definitions = headings.some(({ title }) => title.includes('[')) ? definitionsOf(source, texts) : undefined;
  const sections: (Section & { whole: Place })[] = [];
  const first = headings[0]?.start ?? source.text.length;
  const start = frontMatterEnd(source.text);
  const before = endBefore(source.text, first);
  if (before > start) sections.push({ title: '', level: 0, place: { source, start, end: start }, whole: { source, start, end: before }, parent: undefined });
  const open: (Section & { whole: { end: number } })[] = [];
  const close = (level: number, at: number) => {
    while (open.length > 0 && open.at(-1)!.level >= level) open.pop()!.whole.end = endBefore(source.text, at);
  };
  for (const { level, title, start, end } of headings) {
    close(level, start);
    const section = { title: plainText(title, definitions), level, place: { source, start, end }, whole: { source, start, end }, parent: open.at(-1) };
    sections.push(section);
    open.push(section);
  }
  close(0, source.text.length);
  return sections;
}

function endBefore(text: string, at: number): number {
  let end = at;
  while (end > 0 && /\s/.test(text[end - 1]!)) end--;
  return end;
}

interface Fence {
  readonly character: string;
  readonly length: number;
  readonly indent: number;
  readonly info: string;
  readonly start: number;
  readonly lines: string[];
  /** inside a quote every line begins with `>` */
  readonly quoted: boolean;
  /** columns of the list item that it is in */
  readonly item: number;
}

const HTML_BLOCK =
  /^<\/?(?:address|article|aside|base|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|figure|footer|form|frame|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|nav|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul)(?:\s|\/?>|$)/i;

/** State of the one pass: what is open at the line that is read. */
class Scanner {
  readonly headings: Heading[] = [];
  readonly codeBlocks: CodeBlock[] = [];
  readonly texts: Place[] = [];
  readonly #source: Source;
  /** content columns of the list items that are open */
  #items: number[] = [];
  #fence: Fence | undefined;
  /** text that ends an HTML block, `''` for an empty line */
  #htmlEnd: string | undefined;
  /** where a paragraph outside lists and quotes began */
  #paragraph = -1;
  #blankBefore = true;
  /** whether the line before was a paragraph's, in a list or quote too */
  #inText = false;
  #textStart = -1;
  #textEnd = 0;

  constructor(source: Source) {
    this.#source = source;
  }

  read(): void {
    const { text } = this.#source;
    for (let at = frontMatterEnd(text); at < text.length; ) {
      const newline = text.indexOf('\n', at);
      const next = newline < 0 ? text.length : newline + 1;
      const end = newline < 0 ? text.length : newline > at && text[newline - 1] === '\r' ? newline - 1 : newline;
      this.#line(text.slice(at, end), at, end);
      at = next;
    }
    if (this.#fence) this.#closeFence(text.length);
    this.#endText();
  }

  #line(line: string, start: number, end: number): void {
    if (this.#fence && this.#inFence(this.#fence, line, end)) return;
    const blank = /^\s*$/.test(line);
    if (this.#htmlEnd !== undefined) {
      if (this.#htmlEnd === '' ? blank : line.toLowerCase().includes(this.#htmlEnd)) this.#htmlEnd = undefined;
      return;
    }
    if (blank) this.#endParagraph();
    else this.#content(line, start, end);
    this.#blankBefore = blank;
  }

  #content(line: string, start: number, end: number): void {
    const indent = columnsOf(line);
    const lazy = this.#inText && !startsBlock(line.trimStart());
    while (!lazy && this.#items.length > 0 && this.#items.at(-1)! > indent) this.#items.pop();
    const { rest, offset, quoted, column } = this.#containers(line);
    const nested = this.#items.length > 0 || quoted;
    if (column >= 4 && !this.#inText) {
      this.#endText(); // indented code
      return;
    }
    const at = start + offset;
    const fence = /^(`{3,}|~{3,})([^\n]*)$/.exec(rest);
    if (fence && column < 4 && !(fence[1]!.startsWith('`') && fence[2]!.includes('`'))) {
      this.#endParagraph();
      this.#endText();
      const info = fence[2]!.trim();
      this.#fence = { character: rest[0]!, length: fence[1]!.length, indent: offset, info, start: at, lines: [], quoted, item: this.#items.at(-1) ?? 0 };
    } else if (!nested && column < 4 && this.#heading(rest, at, end)) {
      this.#text(at, end);
      this.#endParagraph();
      this.#endText();
    } else if (!this.#html(rest)) {
      if (nested) this.#paragraph = -1;
      else if (this.#paragraph < 0) this.#paragraph = at;
      this.#text(at, end);
      this.#inText = true;
    }
  }

  /** Steps over list marks and `>`; what is left begins at `offset`, `column` columns further in than its container. */
  #containers(line: string): { rest: string; offset: number; quoted: boolean; column: number } {
    let [offset, quoted] = [0, false];
    for (let depth = 0; depth < MAX_CONTAINERS; depth++) {
      const rest = line.slice(offset);
      const blanks = /^[ \t]*/.exec(rest)![0].length;
      const text = rest.slice(blanks);
      const column = columnsOf(line.slice(0, offset + blanks)) - Math.max(quoted ? columnsBefore(line, offset) : 0, this.#items.at(-1) ?? 0);
      const mark = column < 4 && !isRule(text) ? /^(?:[-+*]|\d{1,9}[.)])(?=[ \t]|$)/.exec(text)?.[0] : undefined;
      if (mark && !(this.#paragraph >= 0 && /^(?:\d{2,}|[02-9])/.test(mark))) {
        const gap = /^[ \t]*/.exec(text.slice(mark.length))![0].length;
        this.#items.push(columnsBefore(line, offset + blanks) + mark.length + (gap >= 1 && gap <= 4 && text.length > mark.length + gap ? gap : 1));
        this.#endParagraph();
        offset += blanks + mark.length + (gap > 4 ? 1 : gap);
      } else if (column < 4 && text.startsWith('>')) {
        quoted = true;
        offset += blanks + (text[1] === ' ' ? 2 : 1);
      } else return { rest: text, offset: offset + blanks, quoted, column };
    }
    return { rest: line.slice(offset), offset, quoted, column: 0 };
  }

  /** `## Title`, or the line of `===` or `---` below a paragraph. */
  #heading(line: string, at: number, end: number): boolean {
    const marks = /^#{1,6}(?=[ \t]|$)/.exec(line)?.[0];
    if (marks) {
      const title = line.slice(marks.length).trim();
      const hashes = /#+$/.exec(title.slice(-1_000))?.[0].length ?? 0;
      const closed = hashes > 0 && (hashes === title.length || /[ \t]/.test(title[title.length - hashes - 1]!)) ? title.slice(0, -hashes).trim() : title;
      this.headings.push({ level: marks.length, title: closed, start: at, end: at + line.trimEnd().length });
      return true;
    }
    if (this.#paragraph < 0 || this.#blankBefore || !/^(?:=+|-+)[ \t]*$/.test(line)) return false;
    const start = this.#paragraph;
    const lines = this.#source.text.slice(start, at).split('\n');
    const title = lines
      .map((each) => each.trim())
      .join(' ')
      .trim();
    this.headings.push({ level: line[0] === '=' ? 1 : 2, title, start, end });
    return true;
  }

  #html(line: string): boolean {
    if (!line.startsWith('<')) return false;
    const raw = /^<(script|pre|style|textarea)(?=[\s>]|$)/i.exec(line)?.[1]?.toLowerCase();
    const until = line.startsWith('<!--') ? '-->' : line.startsWith('<?') ? '?>' : raw ? `</${raw}>` : undefined;
    if (until) {
      if (!line.toLowerCase().includes(until, until === '-->' ? 4 : 0)) this.#htmlEnd = until;
      this.#endParagraph();
      this.#endText();
      return true;
    }
    // a tag alone on its line is a block too, unless it continues a paragraph
    if (!HTML_BLOCK.test(line) && (this.#inText || !/^<\/?[a-z][\w-]*(?:\s[^<>]*)?>\s*$/i.test(line))) return false;
    this.#htmlEnd = '';
    this.#endParagraph();
    this.#endText();
    return true;
  }

  /** @returns whether the line belongs to the fence that is open */
  #inFence(fence: Fence, line: string, end: number): boolean {
    const body = fence.quoted ? /^[ \t]*>/.exec(line) && line.replace(/^[ \t]*> ?/, '') : line;
    const left = body === null || (fence.item > 0 && !/^\s*$/.test(line) && columnsOf(line) < fence.item);
    if (left) {
      this.#closeFence(end - line.length);
      return false;
    }
    const trimmed = body.trim();
    if (trimmed.length >= fence.length && trimmed === fence.character.repeat(trimmed.length) && columnsOf(body) < (fence.quoted ? 0 : fence.item) + 4) {
      this.#closeFence(end);
    } else fence.lines.push(fence.quoted ? body : withoutIndent(line, fence.indent));
    return true;
  }

  #closeFence(end: number): void {
    const { info, lines, start } = this.#fence!;
    const lang = info.split(/\s/, 1)[0]!.toLowerCase();
    this.codeBlocks.push({
      lang: lang === '' ? undefined : lang,
      info,
      value: lines.join('\n'),
      place: { source: this.#source, start, end: endBefore(this.#source.text, end) },
    });
    this.#fence = undefined;
    this.#blankBefore = true;
  }

  #endParagraph(): void {
    this.#paragraph = -1;
    this.#inText = false;
  }

  #text(start: number, end: number): void {
    if (this.#textStart < 0 || this.#blankBefore) {
      this.#endText();
      this.#textStart = start;
    }
    this.#textEnd = end;
  }

  #endText(): void {
    if (this.#textStart >= 0) this.texts.push({ source: this.#source, start: this.#textStart, end: this.#textEnd });
    this.#textStart = -1;
  }
}

const MAX_CONTAINERS = 100;

/** Width of the blanks at a line's start, a tab reaching to the next multiple of 4. */
function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns++;
    else if (character === '\t') columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}

/** The column at which a line's text from `offset` on stands. */
function columnsBefore(line: string, offset: number): number {
  let columns = 0;
  for (let at = 0; at < offset; at++) columns += line[at] === '\t' ? 4 - (columns % 4) : 1;
  return columns;
}

function withoutIndent(line: string, indent: number): string {
  let at = 0;
  while (at < indent && (line[at] === ' ' || line[at] === '\t')) at++;
  return line.slice(at);
}

/** `---`, `* * *`: a thematic break, no list. */
function isRule(text: string): boolean {
  if (!/^[-_*]/.test(text) || text.length > 1_000) return false; // longer ones would be scanned once for each list mark before
  let marks = 0;
  for (const character of text) {
    if (character === text[0]) marks++;
    else if (character !== ' ' && character !== '\t') return false;
  }
  return marks >= 3;
}

const startsBlock = (text: string): boolean => /^(?:#{1,6}(?:[ \t]|$)|```|~~~|>|<|(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$))/.test(text) || isRule(text);

/** Where a block of YAML (`---`) or TOML (`+++`) at the top of the file ends. */
function frontMatterEnd(text: string): number {
  const mark = /^(---|\+\+\+)[ \t]*\r?\n/.exec(text.slice(0, 100))?.[1];
  if (!mark) return text.startsWith('\uFEFF') ? 1 : 0;
  const close = text.indexOf(`\n${mark}`, mark.length - 1);
  const after = close < 0 ? -1 : text.indexOf('\n', close + 1);
  const line = close < 0 ? '' : text.slice(close + 1, after < 0 ? text.length : after).trim();
  return line === mark ? (after < 0 ? text.length : after + 1) : 0;
}

// --- questions ---

/** The section that a place is in: the innermost one. */
export function sectionAt(document: MarkdownDocument, offset: number): Section | undefined {
  return document.sections.findLast(({ whole }) => whole.start <= offset && offset < whole.end);
}

/**
 * Sections that hold every word, in their title, the titles above or their text; the smallest ones, in file order.
 * @param words compared without case, as whole words
 */
export function sectionsAbout(document: MarkdownDocument, words: readonly string[]): readonly Section[] {
  const { text } = document.source;
  const wanted = words.map((word) => word.toLowerCase());
  const about = new Set<Section>();
  for (const section of document.sections) {
    const own = text.slice(section.whole.start, section.whole.end).toLowerCase();
    const above = titlesAbove(section).toLowerCase();
    if (wanted.some((word) => hasWord(own, word)) && wanted.every((word) => hasWord(own, word) || hasWord(above, word))) about.add(section);
  }
  const holders = new Set(Array.from(about, ({ parent }) => parent));
  return Array.from(about).filter((section) => !holders.has(section));
}

function titlesAbove(section: Section): string {
  const titles: string[] = [];
  for (let each = section.parent; each; each = each.parent) titles.push(each.title);
  return titles.join('\n');
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!/\w/.test(text[at - 1] ?? '') && !/\w/.test(text[at + word.length] ?? '')) return true;
  }
  return false;
}
