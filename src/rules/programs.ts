import path from 'node:path';
import { copiesOf, type Dockerfile, environmentOf, finalStage, lineageOf, programOf as startOf } from '../code/dockerfile.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import type { Container } from '../manifest/resource.ts';
import { get } from '../manifest/yaml.ts';
import { dockerfileOf } from './built-images.ts';

/** The repository's own code that a container starts. */
interface Program {
  /** the module that the command names */
  readonly entry: string;
  /** the modules that are loaded with it, the entry first */
  readonly modules: ReadonlySet<string>;
  /** variables that the image sets */
  readonly variables: ReadonlySet<string>;
  /** the words that start it */
  readonly words: readonly string[];
}

/** What a container runs, when its command, or the Dockerfile that builds its image, names a module of the repository. */
export function programIn(inventory: Inventory, container: Container): Program | undefined {
  const dockerfile = dockerfileOf(inventory, container.image);
  const words = wordsOf(container, dockerfile).flatMap((word) => word.split(/[\s;&|()]+/));
  const found = entryOf(inventory, words);
  if (!found || (/js$/.test(found.file) && !copiesCode(dockerfile))) return undefined;
  // Which Dockerfile it was is not known everywhere; what any of them sets may be set here.
  const images = dockerfile ? [dockerfile] : inventory.dockerfiles;
  return {
    entry: found.file,
    modules: loaded(inventory, found.file, found.root),
    variables: new Set(images.flatMap((image) => Array.from(environmentOf(image).keys()))),
    words,
  };
}

/** Bundlers write a `server.js` of their own: only an image that takes code from the repository as it is runs the one that stands there. */
const copiesCode = (dockerfile: Dockerfile | undefined): boolean =>
  dockerfile !== undefined && lineageOf(finalStage(dockerfile)).some((stage) => copiesOf(stage).some(({ from }) => from === undefined));

function wordsOf(container: Container, dockerfile: Dockerfile | undefined): readonly string[] {
  if (get(container.node, 'command')) return container.command;
  const start = dockerfile && startOf(dockerfile);
  if (!start) return container.command;
  return [...(start.entrypoint?.words ?? []), ...(get(container.node, 'args') ? container.command : (start.cmd?.words ?? []))];
}

/** Flags whose value is a Python module. */
const MODULE_FLAGS = new Set(['-m', '-A', '--app']);

function entryOf(inventory: Inventory, words: readonly string[]): { file: string; root: string } | undefined {
  for (const [index, word] of words.entries()) {
    const isNamed = MODULE_FLAGS.has(words[index - 1] ?? '');
    const module = /^([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::[\w.()]+)?$/.exec(word)?.[1];
    if (module && (isNamed || word.includes('.') || word.includes(':'))) {
      const file = module.replaceAll('.', '/');
      const found = locate(inventory, [`${file}.py`, `${file}/__main__.py`, `${file}/celery.py`, `${file}/__init__.py`]);
      if (found) return found;
    }
    if (/\.(?:py|[cm]?[jt]s)$/.test(word)) {
      const found = locate(inventory, candidatesOf(word));
      if (found) return found;
    }
  }
  return undefined;
}

/** `/app/dist/main.js` may be `dist/main.js`, and that is built from `src/main.ts`. */
function candidatesOf(word: string): string[] {
  const parts = path.posix.normalize(word).replace(/^\/+/, '').split('/');
  const tails = parts.map((_part, index) => parts.slice(index).join('/')).slice(0, 4);
  return tails.flatMap((tail) => {
    const source = tail.replace(/^(?:dist|build|out|lib)\//, 'src/').replace(/\.([cm]?)js$/, '.$1ts');
    return tail.includes('/') || parts.length === 1 ? [tail, source] : [];
  });
}

/** The file of one of these names, from the top or below one folder that nobody can mistake. */
function locate(inventory: Inventory, names: readonly string[]): { file: string; root: string } | undefined {
  for (const name of names) if (inventory.sources.has(name)) return { file: name, root: '' };
  for (const name of names) {
    const below =
      filesByName(inventory)
        .get(path.posix.basename(name))
        ?.filter((file) => file.endsWith(`/${name}`)) ?? [];
    if (below.length === 1) return { file: below[0]!, root: below[0]!.slice(0, -name.length) };
  }
  return undefined;
}

const filesByName = once((inventory: Inventory) =>
  Map.groupBy(
    Array.from(inventory.sources.keys()).filter((file) => /\.(?:py|[cm]?[jt]sx?)$/.test(file)),
    (file) => path.posix.basename(file),
  ),
);

/** The modules that are loaded when a program starts: what its imports name, and what theirs do. Imports inside functions come later. */
function loaded(inventory: Inventory, entry: string, root: string): ReadonlySet<string> {
  const seen = new Set([entry]);
  for (const file of seen) {
    const text = inventory.sources.get(file)?.text ?? '';
    const names = file.endsWith('.py') ? pythonImports(text, file, root) : scriptImports(text, file);
    for (const name of names) if (inventory.sources.has(name)) seen.add(name); // the loop reaches what is added
  }
  return seen;
}

function* pythonImports(text: string, file: string, root: string): Iterable<string> {
  for (const [, from, names = '', modules = ''] of text.matchAll(
    /^(?:from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]{0,4000}\)|[^\n#]*)|import[ \t]+([^\n#]+))/gm,
  )) {
    const bases = from === undefined ? modules.split(',').map((module) => module.trim().split(/\s/)[0]!) : [from];
    for (const base of bases) {
      const folder = absolute(base, file, root);
      yield* packages(folder, root);
      if (from !== undefined) for (const [name] of names.matchAll(/\b[A-Za-z_]\w*/g)) yield* [`${folder}/${name}.py`, `${folder}/${name}/__init__.py`];
    }
  }
}

/** `src.config` and `.config` as a path without its ending. */
function absolute(module: string, file: string, root: string): string {
  const dots = /^\.*/.exec(module)![0].length;
  const rest = module.slice(dots).replaceAll('.', '/');
  if (dots === 0) return root + rest;
  let folder = path.posix.dirname(file);
  for (let up = 1; up < dots; up++) folder = path.posix.dirname(folder);
  return path.posix.join(folder, rest);
}

/** A module, and the packages above it, which are loaded first. */
function* packages(module: string, root: string): Iterable<string> {
  yield `${module}.py`;
  for (let folder = module; folder.length > root.length && folder !== '.'; folder = path.posix.dirname(folder)) yield `${folder}/__init__.py`;
}

const ENDINGS = ['', '.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.tsx', '/index.ts', '/index.js'];

function* scriptImports(text: string, file: string): Iterable<string> {
  for (const match of text.matchAll(/^(?:import|export)\b(?!\s+type\b)[^'"();]{0,2000}['"](\.[^'"\n]{1,300})['"]|\brequire\(['"](\.[^'"\n]{1,300})['"]\)/gm)) {
    const target = path.posix.join(path.posix.dirname(file), (match[1] ?? match[2])!);
    for (const ending of ENDINGS) yield target + ending;
    yield target.replace(/\.([cm]?)js$/, '.$1ts');
  }
}
