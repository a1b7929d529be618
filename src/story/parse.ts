import MarkdownIt, { type Token } from 'markdown-it';
import type { Place, Source } from '../checkout/source.ts';
import { type FileProblem, storyEmpty, storyTooLarge } from '../errors.ts';
import { plainText } from './plain-text.ts';
import type { Assertion, Claim, Dialect, Story } from './story.ts';

const MAX_CLAIMS = 5_000;
/** A line costs the Markdown parser 150 bytes, also an empty one. */
const MAX_LINES = 200_000;

/**
 * Reads a story's claims: numbered or headed acceptance criteria, Given/When/Then, tasks with sub-tasks, review follow-ups, done lists.
 * What an earlier review, a change log or a file list says is history and makes no claim.
 * @throws Problem STORY_EMPTY when no file has a claim, STORY_TOO_LARGE
 */
export function parseStory(sources: readonly Source[]): Story {
  const claims: Claim[] = [];
  let title = '';
  let dialect: Dialect = 'criteria';
  const problems: FileProblem[] = [];
  for (const [index, source] of sources.entries()) {
    if (hasMoreLines(source.text, MAX_LINES)) throw storyTooLarge(source.path, MAX_LINES, 'lines');
    const file = new StoryFile(source);
    if (file.claims.length === 0) {
      if (sources.length === 1) throw storyEmpty(source.path);
      problems.push({ path: source.path, problem: storyEmpty(source.path) });
    }
    if (claims.length + file.claims.length > MAX_CLAIMS) throw storyTooLarge(source.path, MAX_CLAIMS, 'claims');
    title ||= file.title;
    if (index === 0) dialect = file.dialect;
    const prefix = index === 0 ? '' : `${index + 1}:`;
    for (const claim of file.claims) claims.push(prefix ? { ...claim, id: prefix + claim.id, parent: claim.parent && prefix + claim.parent } : claim);
  }
  if (claims.length === 0) throw problems[0]!.problem;
  return { paths: sources.map(({ path }) => path), title, dialect, claims, problems };
}

/** What kind of statement a section holds. */
type Area = 'criteria' | 'requirements' | 'tasks' | 'follow-ups' | 'done' | 'constraints' | 'prohibitions' | 'history' | 'other';

// A heading says what its section holds; the innermost heading that says something decides, except that history stays history.
const AREAS: readonly (readonly [Area, RegExp])[] = [
  ['follow-ups', /\b(?:review )?follow[- ]?ups?\b|^review findings\b/i],
  [
    'history',
    /\b(?:senior developer review|code review|qa results?|review (?:notes|results?|findings|history|record|report)|dev agent record|agent record|change ?log|file list|completion notes|debug log|revision history|post-?mortem|references?)\b/i,
  ],
  ['requirements', /^requirement\s*\d*\s*[:.-]/i],
  ['criteria', /\bacceptance\s+(?:criteria|criterion|tests?|scenarios?)\b|^ACs?$/i],
  [
    'done',
    /\b(?:definition of done|done (?:checklist|criteria|when|list)|exit criteria|success criteria|completion (?:checklist|criteria)|verification checklist|dod)\b/i,
  ],
  ['tasks', /\b(?:sub-?)?tasks?\b|\b(?:implementation|work) (?:plan|steps|items|checklist)\b|\bto-?do\b|\bchecklist\b/i],
  ['prohibitions', /^what not to do\b|^(?:do|must) not\b|^(?:don'ts?|prohibitions?)$/i],
  ['constraints', /^(?:architectural |technical |hard |key )*constraints$/i],
];

interface Item {
  readonly number: number | undefined;
  readonly blocks: Block[];
  readonly line: number;
}
type Block =
  | { readonly is: 'text'; readonly raw: string; readonly from: number; readonly to: number }
  | { readonly is: 'list'; readonly items: Item[] }
  | { readonly is: 'fence'; readonly info: string; readonly text: string; readonly from: number; readonly to: number }
  | { readonly is: 'table'; readonly rows: readonly { cells: readonly string[]; line: number }[] }
  | { readonly is: 'heading'; readonly level: number; readonly title: string; readonly line: number };

/** Kiro marks optional tasks with a star behind the box. */
const BOX = /^\[([ xX~-])\]\*?\s+/;
const NUMBERED = /^(?:\*\*)?(?:AC|CRITERION|ACCEPTANCE CRITERION)[\s#:_-]*(\d+(?:\.\d+)*)\b/i;
const TASK_NUMBER = /^(?:\*\*)?(?:Task|Step|Phase|Part)?\s*(\d+(?:\.\d+)*)[.:)\s]/i;
const REMARK =
  /^(?:(?:fixed|notes?|resolved|done|result|evidence|output|status|completed?|verified|why|rationale|reason|see|refs?|references?|source|files?|current|current state|action|impact|decision|update|important|warning|todo|example|e\.g|i\.e|because|this|these|it|they|if|otherwise|when)\b|✅|❌|⚠|☑|✔|→)/iu;
/** Ids that requirement lists write themselves: FR-001, SC-002; and Spec Kit's tasks: T001. */
const STATED = /^(?:\*\*)?((?:FR|NFR|SC|REQ|UR)(?:-[A-Z][A-Z0-9]{0,15}){0,2}-\d+(?:\.\d+)*)(?:\*\*)?\s*[:.)–-]?(?:\*\*)?\s+/;
/** What EARS calls a requirement's pattern stands behind its id: `**REQ-NET-001** (Ubiquitous)`. */
const EARS = /^\((?:ubiquitous|event[- ]driven|state[- ]driven|optional(?: feature)?|unwanted(?: behaviou?r)?|complex)\)\s+/i;
const TASK_ID =
  /^(T\d{3,})\s+|^\*\*([A-Z]{1,8}(?:-[A-Z0-9]{1,12}){0,3}-\d+(?:\.\d+)*)\*\*\s*[:.–-]?\s+|^\*\*([A-Z]{1,8}(?:-[A-Z0-9]{1,12}){0,3}-\d+(?:\.\d+)*)\s*:\*\*\s+/;
/** A box of OpenSpec: `- [x] 1.2 Add ...` under a numbered heading. */
const LISTED = /^(\d+(?:\.\d+)+)\s+(?=\S)/;
const GIVEN = /^(?:\*\*|_|\*)?(?:GIVEN|SCENARIO)\b/i;
const THEN = /^(?:\*\*|_|\*)?THEN\b/i;
const GIVEN_PART = /^(?:\*\*|_|\*)?(?:WHEN|THEN|AND|BUT)\b/i;

class StoryFile {
  readonly source: Source;
  readonly claims: Claim[] = [];
  title = '';
  readonly dialect: Dialect;
  readonly #blocks: readonly Block[];
  #bmad = false;
  #followUps = 0;
  #taken = new Set<string>();

  constructor(source: Source) {
    this.source = source;
    this.#blocks = blocksOf(source.text);
    const headings = this.#blocks.filter((block) => block.is === 'heading');
    this.title = plainText(headings.find(({ level }) => level === 1)?.title ?? headings[0]?.title ?? '');
    const named = headings.some(({ title }) => ['criteria', 'tasks', 'done', 'follow-ups'].includes(areaOf(plainText(title))));
    const bmad = headings.some(({ title }) => /^(?:Dev Notes|Dev Agent Record|Tasks \/ Subtasks)$/i.test(plainText(title)));
    this.#bmad = bmad;
    this.#read(named, bmad);
    this.dialect = bmad ? 'bmad' : this.claims.some(({ ticked }) => ticked !== null) ? 'checklist' : 'criteria';
  }

  #read(named: boolean, bmad: boolean): void {
    const path: { level: number; area: Area; task?: Claim; criterion?: Claim }[] = [];
    let given: Claim | undefined;
    let requirement: Claim | undefined;
    for (const block of this.#blocks) {
      if (block.is === 'heading') {
        given = undefined;
        while (path.length > 0 && path.at(-1)!.level >= block.level) path.pop();
        const outer = path.at(-1);
        const title = plainText(block.title);
        let area = areaOf(title);
        if (outer?.area === 'history' && !/follow[- ]?up|^review findings\b/i.test(title)) area = 'history';
        else if ((area === 'other' || outer?.area === 'requirements') && outer && !/^requirement\b/i.test(title)) area = outer.area;
        if (bmad && (area === 'constraints' || area === 'prohibitions')) area = 'other';
        if (area === 'follow-ups' && outer?.area !== 'follow-ups') this.#followUps++;
        const entry: (typeof path)[number] = { level: block.level, area };
        const inside = outer?.area === area;
        const boxed = BOX.test(block.title);
        if (
          area === 'criteria' &&
          (inside || NUMBERED.test(block.title)) &&
          (NUMBERED.test(block.title) || /^\d+[.:)]/.test(title) || GIVEN.test(block.title))
        ) {
          entry.criterion = this.#claim('criterion', block.title, block.line, block.line, numberIn(block.title), undefined, 'AC');
        } else if (area === 'tasks' && (TASK_NUMBER.test(title) || boxed) && (inside || /^task\b/i.test(title))) {
          entry.task = this.#claim('task', block.title, block.line, block.line, numberIn(block.title), undefined, 'T');
        } else {
          if (inside && outer?.task) entry.task = outer.task;
          if (inside && outer?.criterion) entry.criterion = outer.criterion;
        }
        if (area === 'requirements' && /^requirement\b/i.test(title)) requirement = undefined;
        path.push(entry);
        continue;
      }
      const here = path.at(-1);
      const area: Area = here?.area ?? 'other';
      if (area === 'history') continue;
      switch (area) {
        case 'criteria':
          given = this.#criteria(block, here?.criterion, given);
          break;
        case 'requirements':
          if (block.is === 'text' && !requirement) requirement = this.#claim('criterion', block.raw, block.from, block.to, undefined, undefined, 'R');
          else if (block.is === 'list' && requirement)
            this.#claim('criterion', block.items.map(allText).join('\n'), block.items[0]!.line, lastLine(block.items.at(-1)!), undefined, requirement, 'R');
          break;
        case 'tasks':
          if (block.is === 'list') this.#tasks(block.items, here?.task, 'T', true);
          break;
        case 'follow-ups':
          if (block.is === 'list') this.#followUpItems(block.items);
          break;
        case 'done':
          if (block.is === 'list') {
            this.#tasks(block.items, undefined, 'D', true);
            for (const item of block.items) if (STATED.test(firstText(item))) this.#listed('criterion', item, undefined, 'R');
          }
          break;
        case 'constraints':
        case 'prohibitions':
          if (block.is === 'list') for (const item of block.items) this.#listed('criterion', item, undefined, area === 'constraints' ? 'C' : 'N');
          break;
        default:
          if (block.is === 'text' && STATED.test(block.raw) && /\b(?:shall|must)\b/i.test(block.raw))
            this.#claim('criterion', block.raw, block.from, block.to, undefined, undefined, 'R');
          else if (block.is === 'list') {
            this.#tasks(block.items, undefined, named ? 'A' : 'T', false);
            for (const item of block.items) if (STATED.test(firstText(item))) this.#listed('criterion', item, undefined, 'R');
          }
      }
    }
    if (this.claims.length === 0 && !named) this.#numberedLists();
  }

  /** A file with neither sections nor boxes: its numbered lists are the criteria. */
  #numberedLists(): void {
    for (const block of this.#blocks) {
      if (block.is !== 'list') continue;
      for (const item of block.items) if (item.number !== undefined) this.#listed('criterion', item, undefined, 'AC');
    }
  }

  /** @returns the criterion that a following paragraph or list continues */
  #criteria(block: Block, headed: Claim | undefined, open: Claim | undefined): Claim | undefined {
    const current = headed ?? open;
    switch (block.is) {
      case 'text': {
        const parts = headed ? [block] : splitCriteria(block);
        let last = current;
        for (const part of parts) {
          if (headed) last = this.#extend(headed, part.raw, part.to);
          else if (NUMBERED.test(part.raw)) last = this.#claim('criterion', part.raw, part.from, part.to, numberIn(part.raw), undefined, 'AC');
          else if (GIVEN.test(part.raw) && !(open && endsWithoutGiven(open)))
            last = this.#claim('criterion', part.raw, part.from, part.to, undefined, undefined, 'AC');
          else if (last && (GIVEN.test(part.raw) || GIVEN_PART.test(part.raw) || open)) last = this.#extend(last, part.raw, part.to);
        }
        return last;
      }
      case 'list': {
        const boxes = block.items.some((item) => BOX.test(firstText(item)));
        if (headed && !boxes) {
          for (const item of block.items) this.#extend(headed, allText(item), item.line);
          this.#outcomes(block.items, headed);
          return headed;
        }
        if (open && !boxes && !block.items.some((item) => NUMBERED.test(firstText(item)))) {
          let claim = open;
          for (const item of block.items) claim = this.#extend(claim, allText(item), item.line);
          return claim;
        }
        for (const item of block.items) this.#listed('criterion', item, headed, 'AC');
        return undefined;
      }
      case 'table': {
        const [head, ...rows] = block.rows;
        const at = head ? head.cells.findIndex((cell) => /criteri|description|requirement|statement/i.test(cell)) : -1;
        if (at >= 0) for (const row of rows) this.#claim('criterion', row.cells[at] ?? '', row.line, row.line, numberIn(row.cells[0] ?? ''), undefined, 'AC');
        return undefined;
      }
      case 'fence':
        if (/^(?:gherkin|feature|cucumber)$/i.test(block.info) || /^\s*(?:Scenario|Given)\b/.test(block.text)) this.#scenarios(block);
        else if (current) this.#assert(current, block);
        return current;
      default:
        return current;
    }
  }

  /** `- Then ...`, `- And ...` below a criterion's heading: each is a statement of its own, with the lists below it. */
  #outcomes(items: readonly Item[], criterion: Claim): void {
    const then = items.findIndex((item) => THEN.test(firstText(item)));
    const parts = then < 0 ? [] : items.slice(then);
    if (parts.length < 2 || !parts.every((item) => GIVEN_PART.test(firstText(item)))) return;
    for (const item of parts) {
      const raw = firstText(item);
      const claim = this.#claim(
        'criterion',
        raw,
        item.line,
        Math.max(item.line, ...item.blocks.map((block) => (block.is === 'text' ? block.to : 0))),
        undefined,
        criterion,
        'AC',
      );
      const nested = item.blocks.flatMap((block) => (block.is === 'list' ? block.items : []));
      if (/:\**\s*$/.test(raw)) for (const detail of nested) this.#claim('criterion', firstText(detail), detail.line, detail.line, undefined, claim, 'AC');
    }
  }

  /** Given/When/Then in a code block: a criterion for each scenario or each stretch between blank lines. */
  #scenarios(fence: Extract<Block, { is: 'fence' }>): void {
    let open: { raw: string; from: number; to: number } | undefined;
    const close = () => {
      if (open && /\bThen\b/i.test(open.raw)) this.#claim('criterion', open.raw, open.from, open.to, undefined, undefined, 'AC');
      open = undefined;
    };
    for (const [index, line] of fence.text.split('\n').entries()) {
      const text = line.trim();
      const at = fence.from + 1 + index;
      if (text === '' || /^(?:Feature|Background|Scenario)\b/i.test(text)) close();
      else if (/^(?:Given|When|Then|And|But|\*)\b/i.test(text)) {
        if (open) open = { raw: `${open.raw}\n${text}`, from: open.from, to: at };
        else open = { raw: text, from: at, to: at };
      }
    }
    close();
  }

  #followUpItems(items: readonly Item[]): void {
    for (const item of items) {
      const raw = firstText(item);
      if (!BOX.test(raw) && !/^\[(?:AI-)?Review\]/i.test(raw)) continue;
      this.#listed('follow-up', item, undefined, `F${this.#followUps}.`);
    }
  }

  /** Boxes and, where `unboxed`, plain numbered items too; nested boxes are sub-tasks. */
  #tasks(items: readonly Item[], parent: Claim | undefined, prefix: string, unboxed: boolean): void {
    for (const item of items) {
      const raw = firstText(item);
      const nested = item.blocks.flatMap((block) => (block.is === 'list' ? block.items : []));
      if (BOX.test(raw) || (unboxed && (hasBox(item) || (!parent && item.number !== undefined)))) {
        const claim = this.#listed(parent ? 'subtask' : 'task', item, parent, prefix);
        this.#tasks(nested, claim, prefix, false);
        if (claim.ticked !== false) this.#details(nested, claim, prefix);
      } else this.#tasks(nested, parent, prefix, unboxed);
    }
  }

  /** What stands below a task without a box of its own states how it was done; remarks about the work are no statements. */
  #details(items: readonly Item[], parent: Claim, prefix: string): void {
    for (const item of items) {
      const raw = firstText(item);
      if (raw === '' || BOX.test(raw) || hasBox(item) || REMARK.test(plainText(raw))) continue;
      const claim = this.#listed('subtask', item, parent, prefix);
      if (/:\**\s*$/.test(raw))
        this.#details(
          item.blocks.flatMap((block) => (block.is === 'list' ? block.items : [])),
          claim,
          prefix,
        );
    }
  }

  #listed(kind: Claim['kind'], item: Item, parent: Claim | undefined, prefix: string): Claim {
    const first = item.blocks.find((block) => block.is === 'text');
    const criterion = kind === 'criterion';
    const own = item.blocks.filter((block) => block.is === 'text');
    const raw = criterion ? allText(item) : own.map((block) => block.raw).join('\n');
    const last = criterion ? lastLine(item) : (own.at(-1)?.to ?? item.line);
    const claim = this.#claim(
      kind,
      raw,
      first?.from ?? item.line,
      last,
      numberIn(raw) ?? (item.number === undefined ? undefined : String(item.number)),
      parent,
      prefix,
    );
    for (const block of item.blocks) if (block.is === 'fence') this.#assert(claim, block);
    if (criterion) {
      const boxes = item.blocks.flatMap((block) => (block.is === 'list' ? block.items.filter((nested) => BOX.test(firstText(nested))) : []));
      if (boxes.length > 0) this.#tasks(boxes, claim, prefix, false);
    }
    return claim;
  }

  #claim(kind: Claim['kind'], raw: string, from: number, to: number, number: string | undefined, parent: Claim | undefined, prefix: string): Claim {
    const box = BOX.exec(raw);
    const boxless = box ? raw.slice(box[0].length) : raw;
    const stated = box ? (TASK_ID.exec(boxless) ?? (this.#bmad ? null : LISTED.exec(boxless))) : STATED.exec(boxless);
    const own = stated?.slice(1).find((id) => id !== undefined);
    const markdown = (stated ? boxless.slice(stated[0].length) : boxless).replace(EARS, '');
    const claim: Claim = {
      id: own && !this.#taken.has(own) ? this.#take(own) : this.#id(kind, number, parent, prefix),
      kind,
      text: plainText(markdown),
      markdown,
      place: this.#place(from, to),
      ticked: box ? /x/i.test(box[1]!) : null,
      parent: parent?.id,
      assertions: [],
    };
    this.claims.push(claim);
    if (this.claims.length > MAX_CLAIMS) throw storyTooLarge(this.source.path, MAX_CLAIMS, 'claims'); // at once: ids take longer the more there are
    return claim;
  }

  /** `Task 3:` under no parent is T3, the second box below it T3.2; what has no number of its own counts on. */
  #id(kind: Claim['kind'], number: string | undefined, parent: Claim | undefined, prefix: string): string {
    const siblings = this.claims.filter((claim) => claim.parent === parent?.id && claim.id.startsWith(parent ? `${parent.id}.` : prefix)).length;
    const base = parent ? `${parent.id}.` : prefix;
    const own = parent ? String(siblings + 1) : kind === 'follow-up' ? String(siblings + 1) : (number ?? String(siblings + 1));
    let id = base + own;
    for (let next = siblings + 1; this.#taken.has(id); next++) id = base + next;
    this.#taken.add(id);
    return id;
  }

  #take(id: string): string {
    this.#taken.add(id);
    return id;
  }

  #extend(claim: Claim, raw: string, to: number): Claim {
    const at = this.claims.indexOf(claim) >= 0 ? this.claims.indexOf(claim) : this.claims.findIndex(({ id }) => id === claim.id);
    const markdown = `${this.claims[at]!.markdown}\n${raw}`;
    const start = this.claims[at]!.place.start;
    const extended: Claim = {
      ...this.claims[at]!,
      markdown,
      text: plainText(markdown),
      place: { source: this.source, start, end: Math.max(start, this.source.offsetOf(to + 1) - 1) },
    };
    this.claims[at] = extended;
    return extended;
  }

  #assert(claim: Claim, fence: Extract<Block, { is: 'fence' }>): void {
    const says = /^ya?ml\s+(assert|error)\b/.exec(fence.info)?.[1];
    if (says !== 'assert' && says !== 'error') return;
    const assertion: Assertion = { says, yaml: fence.text, place: this.#place(fence.from, fence.to) };
    const at = this.claims.findIndex(({ id }) => id === claim.id);
    this.claims[at] = { ...this.claims[at]!, assertions: [...this.claims[at]!.assertions, assertion] };
  }

  #place(from: number, to: number): Place {
    const start = this.source.offsetOf(from);
    const indent = /^[ \t]*/.exec(this.source.lines(from))?.[0].length ?? 0;
    return { source: this.source, start: start + indent, end: Math.max(start + indent, this.source.offsetOf(to + 1) - 1) };
  }
}

const areaOf = (title: string): Area => AREAS.find(([, pattern]) => pattern.test(title))?.[0] ?? 'other';
const numberIn = (raw: string): string | undefined => {
  const text = raw.replace(BOX, '');
  return NUMBERED.exec(text)?.[1] ?? TASK_NUMBER.exec(text)?.[1];
};
const firstText = (item: Item): string => {
  const [first] = item.blocks;
  return first?.is === 'text' ? first.raw : '';
};
const hasBox = (item: Item): boolean =>
  item.blocks.some((block) => block.is === 'list' && block.items.some((nested) => BOX.test(firstText(nested)) || hasBox(nested)));
const endsWithoutGiven = (claim: Claim): boolean => !/\b(?:given|when|then)\b/i.test(claim.text);

/** The words of an item and of the plain lists in it; boxes are claims of their own. */
function allText(item: Item): string {
  return item.blocks
    .flatMap((block) =>
      block.is === 'text' ? [block.raw] : block.is === 'list' ? block.items.filter((nested) => !BOX.test(firstText(nested))).map(allText) : [],
    )
    .join('\n');
}
function lastLine(item: Item): number {
  return Math.max(
    item.line,
    ...item.blocks.map((block) =>
      block.is === 'text'
        ? block.to
        : block.is === 'list'
          ? Math.max(item.line, ...block.items.filter((nested) => !BOX.test(firstText(nested))).map(lastLine))
          : item.line,
    ),
  );
}

/** A paragraph whose lines each start a criterion (`**AC1:** ...`) is several. */
function splitCriteria(block: Extract<Block, { is: 'text' }>): { raw: string; from: number; to: number }[] {
  const parts: { raw: string; from: number; to: number }[] = [];
  for (const [index, line] of block.raw.split('\n').entries()) {
    const at = block.from + index;
    const last = parts.at(-1);
    if (!last || NUMBERED.test(line)) parts.push({ raw: line, from: at, to: at });
    else {
      last.raw += `\n${line}`;
      last.to = at;
    }
  }
  return parts;
}

function hasMoreLines(text: string, limit: number): boolean {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0 && lines <= limit; at = text.indexOf('\n', at + 1)) lines++;
  return lines > limit;
}

const markdown = new MarkdownIt('commonmark').enable('table');
markdown.core.ruler.enableOnly(['normalize', 'block']); // a claim is its lines: marks are taken off by plainText

function blocksOf(text: string): Block[] {
  const tokens = markdown.parse(text, {});
  const top: Block[] = [];
  const open: { blocks: Block[] }[] = [{ blocks: top }];
  const lists: Item[][] = [];
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const blocks = open.at(-1)!.blocks;
    const [from, to] = token.map ? [token.map[0] + 1, token.map[1]] : [0, 0];
    switch (token.type) {
      case 'heading_open':
        blocks.push({ is: 'heading', level: Number(token.tag.slice(1)), title: oneByte(tokens[index + 1]!.content), line: from });
        index += 2;
        break;
      case 'bullet_list_open':
      case 'ordered_list_open': {
        const items: Item[] = [];
        blocks.push({ is: 'list', items });
        lists.push(items);
        break;
      }
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop();
        break;
      case 'list_item_open': {
        const item: Item = { number: token.info === '' ? undefined : Number(token.info), blocks: [], line: from };
        lists.at(-1)!.push(item);
        open.push(item);
        break;
      }
      case 'list_item_close':
        open.pop();
        break;
      case 'paragraph_open':
        blocks.push({ is: 'text', raw: oneByte(tokens[index + 1]!.content), from, to });
        index += 2;
        break;
      case 'fence':
        blocks.push({ is: 'fence', info: token.info.trim(), text: token.content, from, to });
        break;
      case 'table_open':
        index = table(tokens, index, blocks);
        break;
      default: // block quotes hold blocks of their own, which count as if they stood outside
    }
  }
  return top;
}

/**
 * The same text, one byte a character where that is enough. A stretch of a story with a single dash or tick mark in it keeps two bytes a character,
 * and V8 compiles every regular expression once for each kind: a fifth of a cold review (bench/results.md).
 */
const oneByte = (text: string): string => JSON.parse(JSON.stringify(text)) as string;

function table(tokens: readonly Token[], start: number, blocks: Block[]): number {
  const rows: { cells: string[]; line: number }[] = [];
  let index = start;
  for (; tokens[index]!.type !== 'table_close'; index++) {
    const token = tokens[index]!;
    if (token.type === 'tr_open') rows.push({ cells: [], line: (token.map?.[0] ?? 0) + 1 });
    else if (token.type === 'inline') rows.at(-1)!.cells.push(oneByte(token.content));
  }
  blocks.push({ is: 'table', rows });
  return index;
}
