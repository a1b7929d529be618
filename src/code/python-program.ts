import type { Place, Source } from '../checkout/source.ts';
import type { ListeningPort, Mount, ProgramModule, Router } from './program.ts';
import {
  argumentsAt,
  dottedAt,
  functionOf,
  keyword,
  type PythonArgument,
  type PythonImports,
  type PythonStatement,
  type PythonToken,
  positional,
  pythonImports,
  pythonStatements,
  stringConstants,
  stringValue,
} from './python.ts';

/** the argument that holds the prefix, and whether the object is an application */
const MAKERS: Readonly<Record<string, { prefix: string | undefined; isApplication: boolean }>> = {
  'fastapi.FastAPI': { prefix: undefined, isApplication: true },
  'fastapi.APIRouter': { prefix: 'prefix', isApplication: false },
  'fastapi.routing.APIRouter': { prefix: 'prefix', isApplication: false },
  'flask.Flask': { prefix: undefined, isApplication: true },
  'flask.Blueprint': { prefix: 'url_prefix', isApplication: false },
  'quart.Quart': { prefix: undefined, isApplication: true },
  'quart.Blueprint': { prefix: 'url_prefix', isApplication: false },
  'starlette.applications.Starlette': { prefix: undefined, isApplication: true },
};
const METHODS = new Set(['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'trace']);

/** What a Python file says about its routers, routes and ports. */
export function pythonModule(source: Source): ProgramModule {
  const statements = pythonStatements(source.text);
  const imports = pythonImports(statements);
  const constants = stringConstants(statements);
  const assignments = Map.groupBy(
    statements.filter(({ tokens }) => tokens[1]?.text === '='),
    ({ tokens }) => tokens[0]!.text,
  );
  const text = (argument: PythonArgument | undefined): string | undefined =>
    stringValue(argument?.tokens ?? []) ?? (argument?.tokens.length === 1 ? constants.get(argument.tokens[0]!.text) : undefined);
  const routers = new Map<string, Router>();
  const routes: { router: string; method: string; path: string | undefined; place: Place }[] = [];
  const mounts: Mount[] = [];
  const ports: ListeningPort[] = [];
  for (const { tokens } of statements) {
    const made = madeBy(tokens, imports);
    if (made) {
      const prefix = made.prefix === undefined ? undefined : keyword(made.args, made.prefix);
      routers.set(tokens[0]!.text, { prefix: prefix ? text(prefix) : '', isApplication: made.isApplication });
    }
    if (tokens[0]?.text === '@') routes.push(...decorated(source, tokens, text));
    for (let at = 0; at < tokens.length; at++) {
      if (tokens[at]!.is !== 'name' || tokens[at + 1]?.text !== '(') continue;
      mounts.push(...mountAt(tokens, at, text));
      const port = portAt(source, assignments, tokens, at, imports);
      if (port) ports.push(port);
    }
  }
  return { source, routers, routes, mounts, imports: importsOf(imports, mounts), exports: returnedRouters(statements, routers), ports };
}

function madeBy(tokens: readonly PythonToken[], imports: PythonImports) {
  const equals = tokens[1]?.text === '=' ? 1 : tokens[1]?.text === ':' ? tokens.findIndex(({ text }) => text === '=') : -1;
  const dotted = tokens[0]?.is === 'name' && equals > 0 ? dottedAt(tokens, equals + 1, imports) : undefined;
  const maker = dotted && MAKERS[dotted.name];
  return maker && tokens[dotted.next]?.text === '(' ? { ...maker, args: argumentsAt(tokens, dotted.next).args } : undefined;
}

/** `@router.get("/health")`, `@app.route("/x", methods=["POST"])` */
function decorated(source: Source, tokens: readonly PythonToken[], text: (argument: PythonArgument | undefined) => string | undefined) {
  const [, router, dot, method, open] = tokens;
  if (dot?.text !== '.' || open?.text !== '(' || router?.is !== 'name') return [];
  if (!METHODS.has(method!.text) && method!.text !== 'route' && method!.text !== 'api_route') return [];
  const { args } = argumentsAt(tokens, 4);
  const path = text(positional(args, 0) ?? keyword(args, 'path') ?? keyword(args, 'rule'));
  const listed = keyword(args, 'methods')?.tokens.filter(({ is }) => is === 'string');
  const methods = METHODS.has(method!.text) ? [method!.text] : listed && listed.length > 0 ? listed.map((token) => token.text) : ['get'];
  const place = { source, start: tokens[0]!.start, end: tokens.at(-1)!.end };
  return methods.map((each) => ({ router: router.text, method: each.toUpperCase(), path, place }));
}

/** `app.include_router(health.router, prefix="/api")`, `app.register_blueprint(bp, url_prefix="/x")` */
function mountAt(tokens: readonly PythonToken[], at: number, text: (argument: PythonArgument | undefined) => string | undefined): Mount[] {
  const name = tokens[at]!.text;
  if ((name !== 'include_router' && name !== 'register_blueprint') || tokens[at - 1]?.text !== '.' || tokens[at - 2]?.is !== 'name') return [];
  const { args } = argumentsAt(tokens, at + 1);
  const router = positional(args, 0) ?? keyword(args, 'router') ?? keyword(args, 'blueprint');
  const called = router?.tokens.findIndex(({ text: each }) => each === '(') ?? -1; // `build_router()`
  const named = called > 0 ? router!.tokens.slice(0, called) : router?.tokens;
  if (!named || named.some(({ is, text: each }) => is !== 'name' && each !== '.')) return [];
  const prefix = keyword(args, name === 'include_router' ? 'prefix' : 'url_prefix');
  return [{ into: tokens[at - 2]!.text, router: named.map((token) => token.text).join(''), prefix: prefix ? text(prefix) : '' }];
}

/** `def build_router(): ... return router` */
function returnedRouters(statements: readonly PythonStatement[], routers: ReadonlyMap<string, Router>): Map<string, string> {
  const found = new Map<string, string>();
  for (const statement of statements) {
    const [first, name, ...rest] = statement.tokens;
    const inside = first?.text === 'return' && name && rest.length === 0 && routers.has(name.text) ? functionOf(statement) : undefined;
    if (inside !== undefined) found.set(inside, name!.text);
  }
  return found;
}

/** Where imported routers come from; `health.router` as a mount names it is one of them. */
function importsOf(imports: PythonImports, mounts: readonly Mount[]): Map<string, { module: string; name: string }> {
  const found = new Map<string, { module: string; name: string }>();
  const add = (local: string, dotted: string) => {
    const dot = dotted.lastIndexOf('.');
    if (dot >= 0)
      found.set(local, {
        module: dot === 0 || /^\.+$/.test(dotted.slice(0, dot + 1)) ? dotted.slice(0, dot + 1) : dotted.slice(0, dot),
        name: dotted.slice(dot + 1),
      });
  };
  for (const [local, dotted] of imports) add(local, dotted);
  for (const { router } of mounts) {
    const [first = '', ...rest] = router.split('.');
    const base = imports.get(first);
    if (rest.length > 0 && base !== undefined) add(router, [base, ...rest].join('.'));
  }
  return found;
}

/** Statements `name = ...` by the name. */
type Assignments = ReadonlyMap<string, readonly PythonStatement[]>;

/** what listens, and the port it takes when none is given */
const SERVERS: Readonly<Record<string, { at: number | undefined; otherwise: number | undefined }>> = {
  'uvicorn.run': { at: undefined, otherwise: 8000 },
  'aiohttp.web.run_app': { at: undefined, otherwise: 8080 },
  'waitress.serve': { at: undefined, otherwise: 8080 },
  'hypercorn.run': { at: undefined, otherwise: undefined },
};

function portAt(source: Source, assignments: Assignments, tokens: readonly PythonToken[], at: number, imports: PythonImports): ListeningPort | undefined {
  let first = at;
  while (tokens[first - 1]?.text === '.' && tokens[first - 2]?.is === 'name') first -= 2;
  const name = dottedAt(tokens, first, imports)?.name ?? '';
  const isFlask = tokens[at]!.text === 'run' && /^(?:app|server|application)\.run$/.test(name);
  const server = SERVERS[name] ?? (isFlask ? { at: 1, otherwise: 5000 } : undefined);
  if (!server) return undefined;
  const { args, next } = argumentsAt(tokens, at + 1);
  const given = keyword(args, 'port') ?? (server.at === undefined ? undefined : positional(args, server.at));
  const place = { source, start: tokens[first]!.start, end: tokens[next - 1]!.end };
  if (!given)
    return server.otherwise === undefined || tokens.slice(at, next).some(({ text }) => text === '**')
      ? undefined
      : { number: server.otherwise, variable: undefined, place };
  const value = numberIn(given.tokens) ?? assignedNumber(assignments, given.tokens);
  return value && { ...value, place };
}

/** `8000`, `int(os.getenv("PORT", "8000"))` */
function numberIn(tokens: readonly PythonToken[]): { number: number; variable: string | undefined } | undefined {
  if (tokens.length === 1 && tokens[0]!.is === 'number') return portOf(tokens[0]!.text, undefined);
  if (!tokens.some(({ text }) => text === 'getenv' || text === 'environ')) return undefined;
  const literals = tokens.filter(({ is }) => is === 'string' || is === 'number');
  return literals.length === 2 && literals[0]!.is === 'string' ? portOf(literals[1]!.text, literals[0]!.text) : undefined;
}

function portOf(text: string, variable: string | undefined): { number: number; variable: string | undefined } | undefined {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return number > 0 && number < 65_536 ? { number, variable } : undefined;
}

/** The number of a name that the file assigns once. */
function assignedNumber(assignments: Assignments, tokens: readonly PythonToken[]) {
  const assigned = tokens.length === 1 && tokens[0]!.is === 'name' ? (assignments.get(tokens[0]!.text) ?? []) : [];
  return assigned.length === 1 ? numberIn(assigned[0]!.tokens.slice(2)) : undefined;
}
