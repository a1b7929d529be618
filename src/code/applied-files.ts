import { posix } from 'node:path';
import type { Command, Script, Word } from './shell.ts';
import { flagValues, type Invocation, invocations, operandsOf } from './shell-invocations.ts';
import { TEMPORARY, TOP, valuesOf } from './shell-values.ts';

/** What a script puts into a cluster. */
export interface Applied {
  /** files of the repository, each with the command that applies it; for a kustomization or a chart its `kustomization.yaml` or `Chart.yaml` */
  readonly files: readonly AppliedFile[];
  /** commands that apply something which the script alone does not tell: when there are any, "X is not applied" cannot be said */
  readonly unresolved: readonly Command[];
}
export interface AppliedFile {
  readonly path: string;
  readonly command: Command;
  readonly as: 'file' | 'kustomization' | 'chart';
}

/**
 * The files that a script applies with kubectl, kustomize or helm. Dry runs, URLs and text that stands in the script itself do not count.
 * @param paths every path of the checkout; globs, folders and paths relative to the script are looked up there
 */
export function appliedFiles(script: Script, paths: ReadonlySet<string>): Applied {
  const files: AppliedFile[] = [];
  const unresolved: Command[] = [];
  const reading = readingOf(script, lookupIn(script, paths));
  for (const invocation of invocations(script)) {
    for (const found of appliedBy(reading, invocation)) {
      if (found === 'unresolved') unresolved.push(invocation.command);
      else files.push({ ...found, command: invocation.command });
    }
  }
  return { files, unresolved };
}

/** Other files of the repository that the script runs or sources: `./deploy.sh`, `bash "$DIR/deploy.sh"`, `. lib.sh`. */
export function scriptsRun(script: Script, paths: ReadonlySet<string>): readonly { path: string; command: Command }[] {
  const lookup = lookupIn(script, paths);
  return script.commands.flatMap((command) => {
    const word = /^(?:source|\.|(?:ba|da)?sh|exec)$/.test(command.name) ? command.words.find(({ text }) => !text.startsWith('-')) : command.nameWord;
    if (!word || (word === command.nameWord && !word.text.includes('/'))) return [];
    const { texts } = valuesOf(script, word, command.inFunction);
    const found = texts.length > 0 ? texts.flatMap((text) => lookup(text, false)) : lookup(ANYWHERE + (knownEnd(word) ?? '/'), false);
    return found.filter((path) => !/\.(?:ya?ml|json)$/.test(path)).map((path) => ({ path, command }));
  });
}

type Found = Omit<AppliedFile, 'command'> | 'unresolved';
/** Paths in the checkout that a text names, a folder giving what `kubectl` reads of it. */
type Lookup = (text: string, recursive: boolean) => readonly string[];

/** A script with what the search through it asks again and again. */
interface Reading {
  readonly script: Script;
  readonly lookup: Lookup;
  readonly running: ReadonlyMap<Command, readonly Invocation[]>;
  /** by the file that the output goes to */
  readonly writers: ReadonlyMap<string, readonly Invocation[]>;
}

function readingOf(script: Script, lookup: Lookup): Reading {
  const writers = new Map<string, Invocation[]>();
  for (const invocation of invocations(script)) {
    for (const { operator, target } of invocation.command.redirects) {
      const files = operator.includes('>') ? valuesOf(script, target, invocation.command.inFunction).texts : [];
      for (const file of files) {
        const found = writers.get(file);
        if (found) found.push(invocation);
        else writers.set(file, [invocation]);
      }
    }
  }
  return { script, lookup, running: Map.groupBy(invocations(script), ({ command }) => command), writers };
}

function appliedBy(reading: Reading, { program, args, command }: Invocation): readonly Found[] {
  const [verb, second] = operandsOf(args).map(({ text }) => text);
  if (command.name === 'eval' && program.includes('$')) return ['unresolved'];
  if (program === 'helm') return verb === 'install' || verb === 'upgrade' ? charts(reading, args, command) : [];
  if ((program !== 'kubectl' && program !== 'oc') || !/^(?:apply|create|replace)$/.test(verb ?? '') || /-last-applied$/.test(second ?? '')) return [];
  // a dry run that only an array's later `+=` brings is one under some condition
  if (args.some(({ text, place }) => /^--dry-run(?:=(?!none)|$)/.test(text) && place.start >= command.place.start && place.end <= command.place.end)) return [];
  const recursive = args.some(({ text }) => text === '-R' || text === '--recursive' || text === '--recursive=true');
  return [
    ...flagValues(args, '-k', '--kustomize').flatMap((word) => kustomization(reading, word, command)),
    ...flagValues(args, '-f', '--filename').flatMap((word) => (word.text === '-' ? input(reading, command) : filesOf(reading, word, command, recursive))),
  ];
}

function filesOf(reading: Reading, word: Word, command: Command, recursive = false): readonly Found[] {
  const { texts, complete } = valuesOf(reading.script, word, command.inFunction);
  const found: Found[] = texts
    .flatMap((text) => text.split(','))
    .flatMap((text): readonly Found[] => {
      if (/^https?:\/\//.test(text)) return [];
      if (text === '-' || text === '/dev/stdin') return input(reading, command);
      if (text.startsWith(TEMPORARY)) return written(reading, text);
      return reading.lookup(text, recursive).map((path) => ({ path, as: 'file' }));
    });
  if (complete || found.length > 0) return found;
  const end = knownEnd(word);
  const byEnd = end === undefined ? [] : reading.lookup(ANYWHERE + end, false);
  return byEnd.length > 0 ? byEnd.map((path) => ({ path, as: 'file' })) : ['unresolved'];
}

/** The literal end of `"$ROOT/k8s/api.yaml"` after an unknown folder. */
function knownEnd(word: Word): string | undefined {
  const [first, ...rest] = word.parts;
  const known = rest.every((part) => part.is === 'text' || part.is === 'glob');
  const end = rest.map((part) => (part.is === 'text' || part.is === 'glob' ? part.text : '')).join('');
  return first?.is !== 'text' && known && end.startsWith('/') ? end : undefined;
}

/** What reaches standard input: here-documents stand in the script, files come by `<` or through a pipe. */
function input(reading: Reading, command: Command): readonly Found[] {
  const redirected = command.redirects.filter(({ operator }) => operator.startsWith('<'));
  if (redirected.length > 0) return redirected.flatMap(({ operator, target }) => (operator === '<' ? filesOf(reading, target, command) : []));
  if (command.pipedFrom.length === 0) return ['unresolved'];
  let found: readonly Found[] = [];
  const upstream = new Set(command.pipedFrom);
  for (const each of upstream) {
    for (const invocation of reading.running.get(each) ?? []) {
      const output = outputOf(reading, invocation);
      if (output !== 'its input') found = found.concat(output);
      else for (const further of each.pipedFrom) upstream.add(further); // the loop reaches what is added
    }
  }
  return found;
}

const MAX_FOLDERS = 16;
const MAX_WRITERS = 16;
const FILTERS = new Set(['cat', 'sed', 'envsubst', 'awk', 'yq', 'jq', 'grep', 'tr', 'head', 'tail', 'tee', 'sort', 'perl', 'sops', 'gomplate']);
const SILENT = new Set(['echo', 'printf', 'cd', 'set', 'true', ':', 'export', 'local', 'curl', 'wget', 'sleep', 'base64', 'openssl', 'date', 'dirname', 'pwd']);

/** The repository's files in what a command of a pipe prints. */
function outputOf(reading: Reading, { program, args, command }: Invocation): Found[] | 'its input' {
  if (SILENT.has(program)) return [];
  const [verb, second] = operandsOf(args);
  if (program === 'kustomize' && verb?.text === 'build') return second ? kustomization(reading, second, command) : ['unresolved'];
  if (program === 'kubectl' && verb?.text === 'kustomize') return second ? kustomization(reading, second, command) : ['unresolved'];
  if (program === 'kubectl') return flagValues(args, '-f', '--filename').flatMap((word) => filesOf(reading, word, command));
  if (program === 'helm') return verb?.text === 'template' ? charts(reading, args, command) : ['unresolved'];
  if (!FILTERS.has(program)) return ['unresolved'];
  const inputs = [
    ...args.filter(({ text }) => !text.startsWith('-')),
    ...command.redirects.filter(({ operator }) => operator === '<').map(({ target }) => target),
  ];
  const found = inputs.flatMap((word) => valuesOf(reading.script, word, command.inFunction).texts.flatMap((text) => reading.lookup(text, false)));
  if (found.length > 0) return found.map((path) => ({ path, as: 'file' }));
  if (command.redirects.some(({ operator }) => operator.startsWith('<<'))) return [];
  return command.pipedFrom.length > 0 ? 'its input' : ['unresolved'];
}

/** What the script writes into a file that `mktemp` made. */
function written(reading: Reading, file: string): readonly Found[] {
  const writers = reading.writers.get(file) ?? [];
  return writers.length === 0
    ? ['unresolved']
    : writers.slice(0, MAX_WRITERS).flatMap((writer) => {
        const output = outputOf(reading, writer);
        return output === 'its input' ? input(reading, writer.command) : output;
      });
}

function kustomization(reading: Reading, word: Word, command: Command): Found[] {
  const { texts, complete } = valuesOf(reading.script, word, command.inFunction);
  const found = texts.flatMap((text): Found[] => {
    if (/^https?:\/\/|^git@|\?ref=/.test(text)) return [];
    const paths = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].flatMap((name) => reading.lookup(`${text}/${name}`, false));
    return paths.length > 0 ? [{ path: paths[0]!, as: 'kustomization' }] : ['unresolved'];
  });
  return complete || found.length > 0 ? found : ['unresolved'];
}

/** Charts of the repository among the operands; one from a chart repository is no file of it. */
function charts(reading: Reading, args: readonly Word[], command: Command): Found[] {
  return operandsOf(args)
    .slice(1)
    .flatMap((word) => valuesOf(reading.script, word, command.inFunction).texts)
    .flatMap((text) => reading.lookup(`${text}/Chart.yaml`, false))
    .map((path) => ({ path, as: 'chart' }));
}

/** Begins a path whose first folders are not known: it counts when exactly one file ends so. */
const ANYWHERE = '**';

function lookupIn(script: Script, paths: ReadonlySet<string>): Lookup {
  const all = Array.from(paths);
  const folders = startFolders(script);
  const known = new Map<string, readonly string[]>();
  const find = (text: string, recursive: boolean) => {
    if (text.startsWith(ANYWHERE)) return onlyOne(all.filter((path) => endMatches(text.slice(ANYWHERE.length + 1), path)));
    if (text.startsWith(TOP)) return named(text.slice(1), all, paths, recursive);
    if (text === '' || text.startsWith('/')) return [];
    return firstOf(folders, (folder) => named(`${folder}/${text}`, all, paths, recursive));
  };
  return (text, recursive) => {
    const key = `${recursive} ${text}`;
    let found = known.get(key);
    if (!found) known.set(key, (found = find(text, recursive)));
    return found;
  };
}

const onlyOne = (found: readonly string[]): readonly string[] => (found.length === 1 ? found : []);

function firstOf(candidates: readonly string[], find: (candidate: string) => readonly string[]): readonly string[] {
  for (const candidate of candidates) {
    const found = find(candidate);
    if (found.length > 0) return found;
  }
  return [];
}

/** Folders that a relative path may start from: where the script goes with `cd`, the top folder, the script's own. */
function startFolders(script: Script): string[] {
  const into = invocations(script)
    .filter(({ program }) => program === 'cd' || program === 'pushd')
    .flatMap(({ args, command }) => (args[0] ? valuesOf(script, args[0], command.inFunction).texts : []))
    .map((text) => (text.startsWith(TOP) ? text.slice(1) : text));
  return Array.from(new Set([...into, '', posix.dirname(script.source.path)])).slice(0, MAX_FOLDERS);
}

function named(candidate: string, all: readonly string[], paths: ReadonlySet<string>, recursive: boolean): readonly string[] {
  const path = posix.normalize(candidate).replace(/^\//, '').replace(/\/$/, '');
  if (path.startsWith('..')) return [];
  if (paths.has(path)) return [path];
  if (/[*?[]/.test(path)) return all.filter((each) => globMatches(path, each));
  const prefix = path === '' || path === '.' ? '' : `${path}/`;
  return all.filter((each) => each.startsWith(prefix) && /\.(?:ya?ml|json)$/.test(each) && (recursive || !each.includes('/', prefix.length)));
}

const endMatches = (glob: string, path: string): boolean => globMatches(glob, path.split('/').slice(-glob.split('/').length).join('/'));

/** Whether a shell glob matches a whole path; `*` stays inside a folder. Takes time proportional to both lengths multiplied at worst. */
export function globMatches(glob: string, path: string): boolean {
  let [at, seen, star, retry] = [0, 0, -1, 0];
  while (seen < path.length) {
    const width = glob[at] === '*' ? 0 : matchWidth(glob, at, path[seen]!);
    if (glob[at] === '*') {
      star = at++;
      retry = seen;
    } else if (width > 0) {
      at += width;
      seen++;
    } else if (star >= 0 && path[retry] !== '/') {
      at = star + 1;
      seen = ++retry;
    } else return false;
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** How many characters of the glob stand for this one; 0 when it does not match. */
function matchWidth(glob: string, at: number, character: string): number {
  if (glob[at] === '?') return character === '/' ? 0 : 1;
  const close = glob[at] === '[' ? glob.indexOf(']', at + 2) : -1;
  if (close < 0) return glob[at] === character ? 1 : 0;
  const inverted = glob[at + 1] === '!' || glob[at + 1] === '^';
  const listed = inClass(glob.slice(at + (inverted ? 2 : 1), close), character);
  return listed !== inverted && character !== '/' ? close + 1 - at : 0;
}

function inClass(members: string, character: string): boolean {
  for (let at = 0; at < members.length; at++) {
    if (members[at + 1] === '-' && at + 2 < members.length) {
      if (members[at]! <= character && character <= members[at + 2]!) return true;
      at += 2;
    } else if (members[at] === character) return true;
  }
  return false;
}
