import { posix } from 'node:path';
import type { Place, Source } from '../checkout/source.ts';
import { javascriptModule } from './javascript-program.ts';
import { pythonModule } from './python-program.ts';
import { isTestPath } from './test-names.ts';

/** A path that a program answers over HTTP. */
export interface Route {
  /** upper case; `ANY` when the code does not say */
  readonly method: string;
  /** as written, parameters too: `/users/{id}`, `/users/:id` */
  readonly path: string;
  /** false when the code mounts its router under a prefix that it does not say, or not at all as far as can be seen: then `path` is its end */
  readonly complete: boolean;
  readonly place: Place;
}

/** A port that a program listens on by itself. */
export interface ListeningPort {
  readonly number: number;
  /** the environment variable that replaces the number when it is set */
  readonly variable: string | undefined;
  readonly place: Place;
}

/** What one file says; names are variables of the file. */
export interface ProgramModule {
  readonly source: Source;
  readonly routers: ReadonlyMap<string, Router>;
  readonly routes: readonly { router: string; method: string; path: string | undefined; place: Place }[];
  readonly mounts: readonly Mount[];
  /** imported names: where they come from, and what they are called there (`default` included) */
  readonly imports: ReadonlyMap<string, { readonly module: string; readonly name: string }>;
  /** exported names that differ from the variable's: `default` */
  readonly exports: ReadonlyMap<string, string>;
  readonly ports: readonly ListeningPort[];
  /** NestJS: a prefix before every route of the application; `undefined` when it cannot be told */
  readonly globalPrefix?: string | undefined;
}
export interface Router {
  /** undefined when the code does not say it literally */
  readonly prefix: string | undefined;
  /** the application itself: nothing needs to mount it */
  readonly isApplication: boolean;
}
export interface Mount {
  readonly into: string;
  readonly router: string;
  readonly prefix: string | undefined;
}

const MAX_ROUTES = 5_000;
const MAX_MOUNTS = 20;
const SOURCES = /\.(?:py|[cm]?[jt]s|[jt]sx)$/;

const memo = new WeakMap<Source, ProgramModule>();
function moduleOf(source: Source): ProgramModule {
  let found = memo.get(source);
  if (!found) memo.set(source, (found = source.path.endsWith('.py') ? pythonModule(source) : javascriptModule(source)));
  return found;
}

const MARKS =
  /FastAPI|APIRouter|Flask|Blueprint|Starlette|Quart|uvicorn|run_app|HTTPServer|express|Router|astify|Hono|@nestjs|setGlobalPrefix|\.listen\s*\(|\bserve\s*\(/;

/** Whether a file may say something about routes or ports: cheap. */
const isServerCode = (source: Source): boolean =>
  SOURCES.test(source.path) && !isTestPath(source.path) && !/(?:^|\/)(?:tests?|__tests__|e2e|node_modules)\//.test(source.path) && MARKS.test(source.text);

/** The ports that Python, TypeScript and JavaScript programs listen on, where the code says it plainly. */
export const listeningPorts = (sources: Iterable<Source>): ListeningPort[] =>
  Array.from(sources)
    .filter(isServerCode)
    .flatMap((source) => moduleOf(source).ports);

/**
 * The routes of FastAPI, Flask, Express, Fastify, Hono and NestJS programs, where the code says them plainly.
 * @param sources all of the program's files: a router's prefix often stands in another one
 */
export function routesOf(sources: Iterable<Source>): Route[] {
  const modules = Array.from(sources).filter(isServerCode).map(moduleOf);
  const program = new Program(modules);
  const routes: Route[] = [];
  for (const module of modules) {
    for (const { router, method, path, place } of module.routes) {
      for (const { prefix, complete } of program.prefixesOf(module, router)) {
        if (routes.length >= MAX_ROUTES) return routes;
        routes.push({ method, path: joined(prefix, path ?? ''), complete: complete && path !== undefined, place });
      }
    }
  }
  return routes;
}

/** `/api` + `/health`; one slash between them, one in front. */
function joined(prefix: string, path: string): string {
  const whole = `${prefix.replace(/\/$/, '')}${path === '' || path.startsWith('/') ? '' : '/'}${path}`;
  return whole.startsWith('/') ? whole : `/${whole}`;
}

/** The folder whose `src` a file is in, otherwise its own folder. */
function packageOf(path: string): string {
  const at = path.search(/(?:^|\/)src\//);
  return at < 0 ? posix.dirname(path) : path.slice(0, at);
}

interface Prefix {
  readonly prefix: string;
  readonly complete: boolean;
}

/** Files with what they mount into each other: known once all are read. */
class Program {
  readonly #byPath: ReadonlyMap<string, ProgramModule>;
  /** of each router the mounts that it has, by `path#variable` */
  readonly #mountsOf = new Map<string, { module: ProgramModule; mount: Mount }[]>();
  readonly #known = new Map<string, readonly Prefix[]>();
  readonly #modules: readonly ProgramModule[];

  constructor(modules: readonly ProgramModule[]) {
    this.#modules = modules;
    this.#byPath = new Map(modules.map((module) => [module.source.path, module]));
    for (const module of modules) {
      for (const mount of module.mounts) {
        const key = this.#resolve(module, mount.router, MAX_MOUNTS);
        if (key === undefined) continue;
        const found = this.#mountsOf.get(key);
        if (found) found.push({ module, mount });
        else this.#mountsOf.set(key, [{ module, mount }]);
      }
    }
  }

  /** What stands in front of a router's paths, once for each place that mounts it. */
  prefixesOf(module: ProgramModule, variable: string, left = MAX_MOUNTS): readonly Prefix[] {
    const key = `${module.source.path}#${variable}`;
    const before = this.#known.get(key);
    if (before) return before;
    const router = module.routers.get(variable);
    const own = router?.prefix ?? '';
    const said = router !== undefined && router.prefix !== undefined;
    const global = router?.isApplication ? this.#globalPrefix(module) : '';
    this.#known.set(key, [{ prefix: own, complete: false }]); // while it is looked for: routers may mount each other
    const mounts = left > 0 ? (this.#mountsOf.get(key) ?? []) : [];
    const mounted = mounts.slice(0, MAX_MOUNTS).flatMap(({ module: other, mount }) =>
      this.prefixesOf(other, mount.into, left - 1).map(({ prefix, complete }) => ({
        prefix: joined(joined(prefix, mount.prefix ?? ''), own),
        complete: complete && said && mount.prefix !== undefined,
      })),
    );
    const found =
      router?.isApplication && mounts.length === 0
        ? [{ prefix: joined(global ?? '', own), complete: said && global !== undefined }]
        : mounted.length > 0
          ? mounted.slice(0, MAX_MOUNTS)
          : [{ prefix: own, complete: false }];
    this.#known.set(key, found);
    return found;
  }

  /** The prefix that another file of the same NestJS application sets. */
  #globalPrefix(module: ProgramModule): string | undefined {
    if (!('globalPrefix' in module)) return '';
    const set = this.#modules.filter(
      (other) => other !== module && 'globalPrefix' in other && other.globalPrefix !== '' && packageOf(other.source.path) === packageOf(module.source.path),
    );
    return set.length === 0 ? '' : set.length === 1 ? set[0]!.globalPrefix : undefined;
  }

  /** `path#variable` of the router that a name of a file stands for, through imports and re-exports. */
  #resolve(module: ProgramModule, name: string, left: number): string | undefined {
    if (module.routers.has(name)) return `${module.source.path}#${name}`;
    const exported = module.exports.get(name);
    if (exported !== undefined && exported !== name && left > 0) return this.#resolve(module, exported, left - 1);
    const imported = module.imports.get(name);
    const other = imported && left > 0 ? this.#find(module.source.path, imported.module) : undefined;
    return other && this.#resolve(other, imported!.name, left - 1);
  }

  #find(from: string, imported: string): ProgramModule | undefined {
    return from.endsWith('.py') ? this.#findPython(from, imported) : this.#findScript(from, imported);
  }

  #findScript(from: string, imported: string): ProgramModule | undefined {
    if (!imported.startsWith('.')) return undefined;
    const base = posix.join(posix.dirname(from), imported);
    const bare = base.replace(/\.[cm]?[jt]sx?$/, '');
    const endings = ['.ts', '.js', '.mts', '.mjs', '.cts', '.cjs', '.tsx', '/index.ts', '/index.js'];
    for (const path of [base, ...endings.map((ending) => base + ending), ...endings.map((ending) => bare + ending)]) {
      const found = this.#byPath.get(path);
      if (found) return found;
    }
    return undefined;
  }

  /** A dotted module: below the importing file's folder for leading dots, otherwise below any folder above it. */
  #findPython(from: string, imported: string): ProgramModule | undefined {
    const dots = /^\.*/.exec(imported)![0].length;
    const path = imported.slice(dots).replaceAll('.', '/');
    let folder = posix.dirname(from);
    for (let up = 1; up < dots; up++) folder = posix.dirname(folder);
    for (let left = MAX_MOUNTS; left > 0; left--) {
      const base = path === '' ? folder : posix.join(folder, path);
      const found = this.#byPath.get(`${base}.py`) ?? this.#byPath.get(`${base}/__init__.py`);
      if (found || dots > 0 || folder === '.') return found;
      folder = posix.dirname(folder);
    }
    return undefined;
  }
}
