import type { Check } from '../../checks/check.ts';
import { matchingPaths } from '../../checks/file.ts';
import { stem, wordsOf } from '../../checks/words.ts';
import { sharing } from '../artefact.ts';
import { type Context, isTold } from '../context.ts';
import { PATH_PATTERN, pathsIn, synonyms } from '../lexicon.ts';
import type { Shape } from '../shape.ts';

const GONE = /^(?:delete|deletes|deleted|remove|removes|removed|drop|dropped)\b/i;

const MADE = /^(?:create|creates|created|add|adds|added|write|implement|provide)\b/i;

/** Files and folders that a claim names are there, or, where it says that they were deleted, are not. */
export const files: Shape = (sentence, context) => {
  const checks: Check[] = [];
  const gone = GONE.test(sentence.text) && !/\bfrom\s+(?:the\s+)?\S*[./]\S/i.test(sentence.text.slice(0, 120));
  const short = sentence.text.split(/\s+/).length <= 14 && !GONE.test(sentence.text);
  // "with a templates/ subdirectory in chart/"
  const folders = pathsIn(sentence.text).flatMap(([path]) => (path.endsWith('/') ? [path] : []));
  const all = pathsIn(sentence.text).map(([path]) => path.replace(/[.,:;]+$/, ''));
  let beside: string | undefined;
  const isFile = ({ 0: whole, index }: RegExpMatchArray) => looksLikeFile(whole.replace(/[.,:;]+$/, ''), sentence.text, index!, context.inventory.paths);
  for (const { 0: whole, index } of sentence.takeWhere(PATH_PATTERN, isFile)) {
    const match = { 0: whole, index: index! };
    const written = whole.replace(/[.,:;]+$/, '');
    if (isTold(written, all)) continue;
    const words = sentence.text.slice(0, match.index).trim().split(/\s+/).length;
    if (gone && !/\b(?:from|in)\s+(?:the\s+)?["'`]?$/i.test(sentence.text.slice(0, match.index))) {
      // what stands behind a dash says why
      if (checks.length === 0 ? words <= 4 : !/\s[-–—]\s/.test(sentence.text.slice(0, match.index)))
        checks.push({ is: 'file', path: written, exists: false, says: `${written} is gone` });
      continue;
    }
    const made = checks.length === 0 && MADE.test(sentence.text) && words <= 4;
    const within = folders.find(
      (folder) => folder !== written && matchingPaths(folder + written, context.inventory.paths, context.claim.place.source.path).length > 0,
    );
    const near = located(written, context.parent.files, context.inventory.paths, beside ?? within);
    const path = fileFor(near, sentence.text, context);
    if (path === undefined) {
      checks.push({ is: 'unread', aside: false, says: `which ${near} is meant was not found` });
      continue;
    }
    beside ??= written.endsWith('/') ? written : undefined;
    const listed =
      made ||
      short ||
      checks.some((check) => check.essential && /^[\s,&]*(?:and|with)?[\s,]*$/.test(sentence.text.slice(sentence.text.indexOf(written) - 6, match.index)));
    checks.push({ is: 'file', path, exists: true, says: `${path} is there`, ...(made ? { essential: true } : {}), ...(listed ? {} : { weak: true }) });
  }
  if (checks.length > 0)
    sentence.takeAll(
      /\b(?:scripts?|charts?|workflows?|guides?|entry|root|project|repo(?:sitory)?|skeleton|structure|director(?:y|ies)|folders?|delete[sd]?|removed?s?)\b/i,
    );
  return checks;
};

const SCRIPTS = /^(?:create|add|write|implement|provide)\w*\s+(?:an?\s+|the\s+)?((?:[\w-]+(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+)){1,5})scripts?$/i;
const ANY_SCRIPT = /^(?:and|shell|bash|helper|utility|automation|simple|basic|kubernetes|k8s|docker|new)$/i;

/** `Create cleanup and maintenance scripts`: for each of the words a script is named after it. */
export const scriptsNamed: Shape = (sentence, context) => {
  const words = (SCRIPTS.exec(sentence.text)?.[1] ?? '').split(/[\s,]+/).filter((word) => word !== '' && !ANY_SCRIPT.test(word));
  if (words.length === 0) return [];
  const scripts = Array.from(context.inventory.paths).filter((path) => /\.(?:sh|bash|ps1)$/.test(path));
  const named = words.map((word) =>
    scripts.find((path) => wordsOf(path.slice(path.lastIndexOf('/') + 1)).some((each) => stem(each) === stem(word.toLowerCase()))),
  );
  if (named.includes(undefined)) return [];
  sentence.mark(0, sentence.text.length);
  return Array.from(new Set(named), (path) => ({ is: 'file', path: path!, exists: true, says: `${path} is there` }));
};

/** Host names, versions, URLs and mount paths have dots and slashes as well. */
function looksLikeFile(written: string, text: string, at: number, paths: ReadonlySet<string>): boolean {
  if (matchingPaths(written, paths).length > 0) return true;
  if (/^[A-Z][A-Za-z]*\.js$/.test(written)) return false; // Express.js, Node.js: a product
  // `work/*` and `agent/*` branches, the `<cluster>-rw/` of a name
  if (/^[*/]/.test(text.slice(at + written.length)) || /\/\*$/.test(written) || /[>}\])]$/.test(text.slice(0, at))) return false;
  if (/:\/\/\S*$/.test(text.slice(0, at)) || text[at - 1] === '/' || /^[\d.]+$/.test(written)) return false;
  return (
    /\.(?:ya?ml|json|md|sh|py|ts|tsx|js|toml|ini|conf|tf|go|sql|service|tpl|example|txt|xml)(?:\.\w+)?$|(?:^|\/)\.(?:git|docker|helm|npm)ignore$/.test(
      written,
    ) ||
    (/\/$/.test(written) && !/^(?:and|or)\//.test(written) && written.length > 3 && !/^[A-Z]/.test(written))
  );
}

/**
 * Of several files of one name the one that shares a word with what it is said to be for: the frontend's of "Write Dockerfile for frontend".
 * Undefined when that is a part of the system which none of them is for.
 */
function fileFor(path: string, text: string, { inventory, own }: Context): string | undefined {
  const found = matchingPaths(path, inventory.paths);
  const part = /\bfor\s+(?:(?:the|our|each|an?)\s+)?([A-Za-z][\w-]*)/i.exec(text)?.[1]?.toLowerCase();
  if (found.length < 2 || path.includes('/') || path.includes('*') || part === undefined) return path;
  const [meant, ...more] = sharing(text, found);
  if (meant !== undefined) return more.length === 0 ? meant : path;
  return synonyms(part.replace(/s$/, '')).length > 1 || own.mentions.length > 0 ? undefined : path;
}

/** A short path of a sub-task stands below the folder that its task, or the claim itself, names. */
function located(written: string, parentFiles: readonly string[], paths: ReadonlySet<string>, beside: string | undefined): string {
  if (beside && matchingPaths(beside + written, paths).length > 0) return beside + written;
  const found = matchingPaths(written, paths);
  if (found.length <= 1 || paths.has(written)) return written;
  const folders = new Set(parentFiles.map((file) => file.slice(0, file.lastIndexOf('/'))));
  return found.find((path) => path.endsWith(written) && Array.from(folders).some((folder) => path.startsWith(folder))) ?? written;
}
