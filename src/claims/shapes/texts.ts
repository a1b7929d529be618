import type { Check, Term } from '../../checks/check.ts';
import { wordsOf } from '../../checks/words.ts';
import type { Context } from '../context.ts';
import type { Sentence } from '../sentence.ts';

const DOCUMENT =
  /^(?:(?:re-?)?documents?|documented|describe[sd]?|explain(?:s|ed)?)\b|^(?:include|add|write|provide|create)s?\s+(?:(?:an?|the|clear|inline|helpful|detailed|architecture|usage|deployment|troubleshooting|\w+)\s+){0,3}(?:comments?|warnings?|notes?(?!:)|instructions?|documentation|docs|sections?|diagrams?|examples? usage|troubleshooting|guides?|runbooks?|README)\b|^(?:step-by-step|troubleshooting|usage|prerequisites?)\b|^(?:template|documentation|guide|readme|section|doc|\S+\.md)\s+(?:shows?|includes?|covers?|contains?|describes?|explains?|documents?|lists?)\b|^update\s+\S*(?:README|\.md)\b|\b(?:is|are)\s+documented\b|\bdocumentation\s+(?:section|in|for|is|exists|covers)\b|\bsection\s+(?:in|to|on|about)\b|^(?:create|write|add)s?\s+(?:\S+\/)*\S+\.md\b/i;

const WRITTEN = /^(?:write|add|include|document|explain|show|link|state|describe|cover|mention|note|list|outline|provide|update)s?\b/i;

/** Whether a claim is about a text for people: it says so, or it adds to the document that its task is about. */
export function isAboutText(text: string, { own, parent }: Pick<Context, 'own' | 'parent'>): boolean {
  if (
    own.files.length > 0 &&
    own.files.every((path) => /\.(?:ya?ml|json|toml|ini|conf|py|[jt]s|go|tf|sh)$/.test(path)) &&
    !/\bcomments?\b|^document/i.test(text)
  )
    return false;
  if (DOCUMENT.test(text) || /^(?:write|add|create|include|update)\b.{0,80}?\bsections?\b/i.test(text)) return true;
  // the item after one about a document is about that only where it speaks of writing
  if (parent.nearby && /^(?:add|include|provide|update|list)/i.test(text)) return false;
  return WRITTEN.test(text) && own.files.length === 0 && parent.files.length > 0 && parent.files.every((path) => /\.md$/.test(path));
}

/**
 * `Document scaling: how to adjust minReplicas/maxReplicas`, `Add warning: "..."`, `Troubleshooting section: a, b`: a text speaks about it,
 * names each listed item and most of the other words.
 */
export function textChecks(sentence: Sentence, context: Context): Check[] {
  const { text } = sentence;
  sentence.mark(0, text.length);
  if (CHANGES.test(text)) return [{ is: 'unread', aside: false, says: 'what a text no longer says, or says only if something changes, was not looked for' }];
  const made = MADE.exec(text)?.[1];
  const file: Check[] = made ? [{ is: 'file', path: made, exists: true, says: `${made} is there`, essential: true }] : [];
  const paths = whereToLook(context);
  if (paths.length === 0) return [...file, { is: 'unread', aside: false, says: 'no document was found that it could stand in' }];
  const comments = /\bcomments?\b/i.test(text);
  const body = text
    .replace(/^(?:(?:re-?)?documents?|documented|describes?|explains?|includes?|adds?|writes?|provides?|creates?|updates?)\s+/i, '')
    .replace(/^(?:an?|the|clear|inline|helpful|detailed)\s+/i, '')
    .replace(/\((?:per|AC|ACs|task|epic|story|optional|future|already)\b[^()]*\)/gi, '')
    .replace(/^\S+\.md\b:?/i, '')
    .replace(/(?<!\blinks?\s)\b(?:in|to|with|from|at|of)\s+(?:the\s+)?\S+\.(?:md|ya?ml)(?:\.example)?\b/gi, (part) =>
      /^(?:with|from)/i.test(part) ? part : '',
    )
    .replace(/\betc\.?/gi, '');
  const quoted = /["“]([^"”]{8,})["”]/.exec(body);
  const link = /\blinks?\s+to\s+(\S+\.md)\b/i.exec(text);
  const colon = body.search(/[:(]\s/) >= 0 ? body.search(/[:(]/) : body.indexOf('(');
  const head = quoted ? '' : colon >= 0 ? body.slice(0, colon) : body;
  const tail = quoted ? quoted[1]! : colon >= 0 ? body.slice(colon + 1).replace(/\)\s*$/, '') : '';
  const parts = !quoted && /,|\bor\b|\//.test(tail) ? itemsOf(tail) : undefined;
  const items = parts?.filter((term) => term.every((wording) => wordsOf(wording).length <= 3)) ?? [];
  const numbers = Array.from(tail.matchAll(/\([^()]*\)/g), ([inside]) => exactWords(inside)).flat();
  const rest = parts
    ? parts
        .filter((term) => !items.includes(term))
        .flat()
        .join(' ')
    : tail;
  const most = plainWords(`${head} ${rest}`);
  for (const exact of new Set([...exactWords(`${head} ${rest}`), ...(parts ? numbers : [])]))
    if (exact !== '' && !context.own.files.some((path) => path.endsWith(exact) && /\.md$/.test(path))) items.push([exact]);
  if (link) items.push([link[1]!, link[1]!.slice(link[1]!.lastIndexOf('/') + 1)]);
  const looked = link ? paths.filter((path) => !path.endsWith(link[1]!)) : paths;
  const named = looked.filter((path) => context.own.files.includes(path) && /\.md$/.test(path));
  if (most.length === 0 && items.length === 0)
    return file.length > 0 ? file : [{ is: 'unread', aside: false, says: 'nothing in the sentence says what the text must name' }];
  // one word in some document is not a documentation of that
  if (
    items.length === 0 &&
    most.length < 2 &&
    file.length === 0 &&
    /^(?:create|write|add|provide|implement)\w*\b.*\b(?:documentation|docs|guide|runbook)\b/i.test(text)
  )
    return [{ is: 'unread', aside: false, says: 'nothing in the sentence says what the document must name' }];
  if (sentence.has(/\b(?:each|every|all)\b/i) && items.length === 0)
    return [...file, { is: 'unread', aside: false, says: 'whether a text covers each of them was not counted' }];
  const whole = made !== undefined || text.split(/\s+/).length > 24;
  // "Add troubleshooting section for chart installation": a section about installation is none about troubleshooting
  const title = plainWords(
    (TITLED.exec(head)?.[1] ?? '')
      .split(/\b(?:with|for|of|on|to|about)\b/i)
      .at(-1)!
      .replace(/^(?:include|add|write|provide|create|update)s?\b/i, ''),
  ).at(-1);
  return [
    ...file,
    {
      is: 'says',
      says: `a text says: ${text}`,
      paths: named.length > 0 ? named : looked,
      in: comments ? 'comment' : whole ? 'text' : 'section',
      about: title ? [title] : [],
      items,
      most,
    },
  ];
}

/** A text is to lose something, or to change on a condition: that it speaks about it shows neither. */
const CHANGES =
  /^(?:update|edit|change|revise)\b.*\bto\s+(?:remove|drop|delete|rename|replace|no longer)\b|\bif\s+(?:\w+\s+){1,3}(?:changes?|changed|needed|necessary|required|applicable)\b|\bno longer\b/i;

/** What a section is called after: the words right before "section", where it is none of the words that any section has. */
const TITLED = /\b(?:an?|the)?\s*["“'`]?((?:[\w/&+-]+\s+){0,3}[\w/&+-]+)["”'`]?\s+sections?\b/i;

const MADE = /^(?:create|creates|created|write|add)\s+(?:an?\s+|the\s+)?((?:[\w.-]+\/)*[\w.-]+\.md)\b/i;

/** Alternatives joined by "or" or a slash are one item; a slash between names means both. */
function itemsOf(tail: string): Term[] {
  return tail
    .split(/,\s*(?:and\s+)?|;\s*|\s+and\s+|\s*[→+]\s*/)
    .map((item) =>
      item
        .replace(/^(?:how to|when to|why|what|where|and|or|the|common issues)\b:?\s*/i, '')
        .replace(/\([^()]*\)?/g, ' ')
        .replace(/[().:]+$/g, '')
        .trim(),
    )
    .filter((item) => wordsOf(item).length > 0)
    .flatMap((item): Term[] => {
      const names = item.split('/').filter((part) => /[a-z][A-Z]|_/.test(part));
      if (names.length > 1) return item.split('/').map((part) => [part.split(/\s+/).at(-1)!]);
      const options = item.split(/\s+or\s+|(?<=\w)\/(?=[a-z])/i).map((option) => option.trim().replace(/^(?:link|a|an|the)\s+(?:to\s+)?/i, ''));
      return [options.filter((option) => wordsOf(option).length > 0)];
    })
    .filter((term) => term.length > 0);
}

const EXACT =
  /(?:\/[\w.-]+)+|[\w.-]+\.(?:ya?ml|md|sh|json|example)\b|\b[a-z]+[A-Z]\w+\b|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b|\bkubectl (?:get|apply|delete|describe|logs|create|rollout|scale|port-forward|exec|config|wait|edit|patch|set|top|cluster-info|label|annotate|expose|cp|drain|cordon|taint|auth|diff|kustomize)\b(?: [a-z][a-z-]*){0,3}|\b\d+(?:[.,]\d+)*(?:\s?(?:%|ms|seconds?|minutes?|hours?|days?|[KMG]i?B?)(?!\w))?|\b\w+:\/\/\S+/g;
const exactWords = (text: string): string[] =>
  Array.from(text.matchAll(EXACT), ([word]) =>
    word
      .replace(/[{}].*$/, '')
      .replace(/[.,)]+$/, '')
      .trim(),
  );

const EMPTY_WORDS = new Set(
  `a an the and or of in on at to for from by with into as is are be how when what which where why that this these those it its their all any each required document
  documentation docs section sections comment comments instruction instructions note notes warning include add clear details detail usage use using used other including
  guide steps step example examples explaining explain describes describing between vs versus via about must should can could will values value md readme create update link
  these them they up out so if not only then than per based following common issues issue`.split(/\s+/),
);
const plainWords = (text: string): Term[] =>
  Array.from(new Set(wordsOf(text.replace(EXACT, ' ')).filter((word) => !EMPTY_WORDS.has(word) && word.length > 1)), (word) => [word]);

/** Documents and files that a task may mean: those it names, those its siblings name, then the repository's documentation. */
function whereToLook(context: Context): string[] {
  const { inventory, own, parent, claim } = context;
  const story = claim.place.source.path;
  const readable = (path: string) => inventory.sources.has(path) && path !== story;
  const named = [...own.files, ...parent.files].filter(readable);
  if (own.files.some(readable)) return Array.from(new Set(named));
  if (/\bREADME\b(?!\.)/.test(claim.text)) {
    const all = Array.from(inventory.sources.keys()).filter((path) => /(?:^|\/)README\.(?:md|markdown)$/i.test(path) && !PLANNING.test(path));
    const folders = parent.files.map((path) => path.slice(0, path.lastIndexOf('/') + 1));
    const near = all.filter((path) => folders.some((folder) => path.startsWith(folder) && folder !== ''));
    return near.length > 0 ? near : all.filter((path) => path.split('/').length <= 2);
  }
  const documents = Array.from(inventory.sources.keys()).filter((path) => /^(?:docs?\/)?[^/]*\.md$/i.test(path) && path !== story && !PLANNING.test(path));
  const folders = new Set(inventory.resources.map(({ source }) => source.path.slice(0, source.path.lastIndexOf('/') + 1)));
  const beside = Array.from(inventory.sources.keys()).filter(
    (path) => folders.has(path.slice(0, path.lastIndexOf('/') + 1)) && /\.(?:md|ya?ml(?:\.example)?|sh)$/.test(path) && !PLANNING.test(path),
  );
  return Array.from(new Set([...named, ...documents.filter((path) => /deploy|kube|k8s|README|install|operat|run/i.test(path)), ...beside]));
}

/** What plans work is no documentation of it. */
const PLANNING =
  /(?:^|\/)(?:stor(?:y|ies)|epics?|specs?|prd|plans?|planning|sprint\S*|bmad\S*|_bmad\S*|\.claude|\.cursor|tasks?|changes|CHANGELOG|CONTRIBUTING)(?:\/|\b)/i;
