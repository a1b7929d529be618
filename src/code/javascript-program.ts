import type { Place, Source } from '../checkout/source.ts';
import { argumentRanges, functionsOf, type ScriptFunction, type ScriptToken, type ScriptTokens, scriptTokens, stringConstantsOf } from './javascript.ts';
import type { ListeningPort, Mount, ProgramModule, Router } from './program.ts';

const METHODS = new Set(['get', 'post', 'put', 'delete', 'patch', 'head', 'options', 'all']);
const MAKERS = /^(?:express|fastify|Fastify|Hono|OpenAPIHono|Router|Koa)$/;
const APPLICATIONS = /^(?:express|fastify|Fastify|Hono|OpenAPIHono)$/;
/** parameters that plugins of Fastify and the like call their application */
const PARAMETERS = /^(?:app|fastify|server|router|instance|api)$/;

interface File extends ScriptTokens {
  readonly source: Source;
  readonly constants: ReadonlyMap<string, string>;
  readonly functions: readonly ScriptFunction[];
  /** where each name is assigned: indexes of the name */
  readonly assigned: ReadonlyMap<string, readonly number[]>;
}

/** What a TypeScript or JavaScript file says about its routers, routes and ports. */
export function javascriptModule(source: Source): ProgramModule {
  const split = scriptTokens(source.text);
  const file: File = { ...split, source, constants: stringConstantsOf(split), functions: functionsOf(split), assigned: assignmentsOf(split) };
  const routers = routersOf(file);
  const routes: { router: string; method: string; path: string | undefined; place: Place }[] = [];
  const mounts: Mount[] = [];
  const ports: ListeningPort[] = [];
  let globalPrefix: string | undefined = '';
  const isNest = source.text.includes('@nestjs/');
  for (const [at, token] of file.tokens.entries()) {
    if (token.is !== 'name' || file.tokens[at + 1]?.text !== '(' || file.partner[at + 1]! < 0) continue;
    routes.push(...routeAt(file, at, routers));
    mounts.push(...mountAt(file, at, routers));
    const port = portAt(file, at);
    if (port) ports.push(port);
    if (token.text === 'setGlobalPrefix') {
      const args = argumentRanges(file, at + 1);
      globalPrefix = args.length === 1 ? textOf(file, args[0]) : undefined; // a second argument excludes some routes
    }
  }
  const controllers = isNest ? controllersOf(file) : { routers: new Map<string, Router>(), routes: [] };
  return {
    source,
    routers: new Map([...routers, ...controllers.routers]),
    routes: [...routes, ...controllers.routes],
    mounts,
    imports: importsOf(file),
    exports: exportsOf(file, routers),
    ports,
    ...(isNest ? { globalPrefix } : {}),
  };
}

/** `const app = express()`, `const router = express.Router()`, and the first parameter of a plugin */
function routersOf(file: File): Map<string, Router> {
  const { tokens } = file;
  const routers = new Map<string, Router>();
  for (const { parameters } of file.functions) {
    const first = tokens[parameters[0]];
    if (first?.is === 'name' && PARAMETERS.test(first.text)) routers.set(first.text, { prefix: '', isApplication: false });
  }
  for (const [at, { is, text }] of tokens.entries()) {
    if (is === 'string' && APPLICATIONS.test(text) && tokens[at - 2]?.text === 'require' && tokens[at - 3]?.text === '=' && tokens[at + 2]?.text === '(') {
      routers.set(tokens[at - 4]!.text, { prefix: '', isApplication: true }); // const app = require('fastify')()
    }
    if (is !== 'name' || !MAKERS.test(text) || !/^[(<]$/.test(tokens[at + 1]?.text ?? '')) continue;
    let before = at - 1;
    if (tokens[before]?.text === '.' && tokens[before - 1]?.is === 'name') before -= 2;
    if (tokens[before]?.text === 'new') before--;
    while (tokens[before]?.is === 'name' && tokens[before - 1]?.text === ':') before -= 2; // `const app: Express =`
    if (tokens[before]?.text !== '=') continue;
    const name = tokens[before - 1]?.is === 'name' && tokens[before - 2]?.text === ':' ? tokens[before - 3] : tokens[before - 1];
    if (name?.is === 'name') routers.set(name.text, { prefix: '', isApplication: APPLICATIONS.test(text) });
  }
  return routers;
}

function textOf({ tokens, constants }: File, range: readonly [number, number] | undefined): string | undefined {
  if (!range || range[1] !== range[0] + 1) return undefined;
  const token = tokens[range[0]]!;
  return token.is === 'string' ? token.text : token.is === 'name' ? constants.get(token.text) : undefined;
}

const placeOf = ({ source, tokens, partner }: File, from: number, open: number): Place => ({
  source,
  start: tokens[from]!.start,
  end: tokens[partner[open]!]!.end,
});

/** `app.get('/health', handler)`, `fastify.route({ method: 'GET', url: '/x' })` */
function routeAt(file: File, at: number, routers: ReadonlyMap<string, Router>) {
  const { tokens } = file;
  const [method, object] = [tokens[at]!.text, tokens[at - 2]];
  if (tokens[at - 1]?.text !== '.' || object?.is !== 'name' || !routers.has(object.text) || tokens[at - 3]?.text === '.') return [];
  const args = argumentRanges(file, at + 1);
  const place = { ...placeOf(file, at - 2, at + 1), end: tokens[Math.max(at + 1, (args[0]?.[1] ?? at + 2) - 1)]!.end };
  if (METHODS.has(method) && args.length > 1) {
    const path = textOf(file, args[0]);
    return path === undefined || /^[/*]|^$/.test(path) ? [{ router: object.text, method: method === 'all' ? 'ANY' : method.toUpperCase(), path, place }] : [];
  }
  if (method !== 'route' || args.length !== 1 || tokens[args[0]![0]]?.text !== '{') return [];
  const entry = (key: string) => argumentRanges(file, args[0]![0]).find(([from]) => tokens[from]!.text === key && tokens[from + 1]?.text === ':');
  const [verb, url] = [entry('method'), entry('url') ?? entry('path')];
  if (!url) return [];
  return [{ router: object.text, method: (verb && textOf(file, [verb[0] + 2, verb[1]])) ?? 'ANY', path: textOf(file, [url[0] + 2, url[1]]), place }];
}

/** `app.use('/api', router)`, `app.register(routes, { prefix: '/api' })`, Hono's `app.route('/x', sub)` */
function mountAt(file: File, at: number, routers: ReadonlyMap<string, Router>): Mount[] {
  const { tokens } = file;
  const [method, object] = [tokens[at]!.text, tokens[at - 2]];
  if (tokens[at - 1]?.text !== '.' || object?.is !== 'name' || !routers.has(object.text)) return [];
  const args = argumentRanges(file, at + 1);
  const name = (range: readonly [number, number] | undefined) =>
    range && range[1] === range[0] + 1 && tokens[range[0]]!.is === 'name' ? tokens[range[0]]!.text : undefined;
  if (method === 'use' || (method === 'route' && args.length === 2)) {
    const router = name(args.at(-1)) ?? calledName(file, args.at(-1));
    const first = args[0] && tokens[args[0][0]]!;
    const prefix = args.length === 1 ? '' : first?.is === 'string' || name(args[0]) !== undefined ? textOf(file, args[0]) : undefined;
    return router === undefined ? [] : [{ into: object.text, router, prefix }];
  }
  if (method !== 'register') return [];
  const router = name(args[0]) ?? calledName(file, args[0]);
  const options = args[1] && tokens[args[1][0]]!.text === '{' ? argumentRanges(file, args[1][0]) : [];
  const prefix = options.find(([from]) => tokens[from]!.text === 'prefix');
  return router === undefined ? [] : [{ into: object.text, router, prefix: prefix ? textOf(file, [prefix[0] + 2, prefix[1]]) : '' }];
}

/** `createRouter(db)`: the function that makes the router */
function calledName({ tokens, partner }: File, range: readonly [number, number] | undefined): string | undefined {
  if (!range || tokens[range[0]]!.is !== 'name' || tokens[range[0] + 1]?.text !== '(') return undefined;
  return partner[range[0] + 1] === range[1] - 1 ? tokens[range[0]]!.text : undefined;
}

/** `import a, { b as c } from './x'`, `const d = require('./y')` */
function importsOf({ tokens, partner }: File): Map<string, { module: string; name: string }> {
  const found = new Map<string, { module: string; name: string }>();
  for (const [at, { is, text }] of tokens.entries()) {
    if (is === 'name' && text === 'from' && tokens[at + 1]?.is === 'string') {
      const module = tokens[at + 1]!.text;
      const open = tokens[at - 1]?.text === '}' ? partner[at - 1]! : -1;
      for (let each = open + 1; open >= 0 && each < at - 1; each++) {
        const token = tokens[each]!;
        if (token.is !== 'name' || token.text === 'type' || tokens[each - 1]?.text === 'as') continue;
        const as = tokens[each + 1]?.text === 'as' ? tokens[each + 2]!.text : token.text;
        found.set(as, { module, name: token.text });
      }
      const byDefault = open >= 0 ? (tokens[open - 1]?.text === ',' ? tokens[open - 2] : undefined) : tokens[at - 1];
      if (byDefault?.is === 'name') found.set(byDefault.text, { module, name: 'default' });
    }
    if (is === 'name' && text === 'require' && tokens[at + 2]?.is === 'string' && tokens[at - 1]?.text === '=' && tokens[at - 2]?.is === 'name') {
      found.set(tokens[at - 2]!.text, { module: tokens[at + 2]!.text, name: 'default' });
    }
  }
  return found;
}

/** What a name of the file stands for when that is another name: `default`, the router that `export default router`, `module.exports = router`, the plugin function's parameter, `const router = createRouter(db)`. */
function exportsOf(file: File, routers: ReadonlyMap<string, Router>): Map<string, string> {
  const { tokens } = file;
  const found = new Map<string, string>();
  const parameterOf = new Map(
    file.functions.flatMap(({ name, parameters }) => (name && tokens[parameters[0]] ? [[name, tokens[parameters[0]]!.text] as const] : [])),
  );
  for (const [name, parameter] of parameterOf) if (routers.has(parameter)) found.set(name, parameter);
  for (const { name, body } of file.functions) {
    const returned = name === undefined ? undefined : returnedName(tokens, body);
    if (returned !== undefined && routers.has(returned)) found.set(name!, returned);
  }
  for (const [at, { is, text }] of tokens.entries()) {
    if (
      text === '=' &&
      tokens[at - 2]?.text === 'const' &&
      tokens[at + 1]?.is === 'name' &&
      tokens[at + 2]?.text === '(' &&
      tokens[at + 1]!.text !== 'require' &&
      !routers.has(tokens[at - 1]!.text)
    ) {
      found.set(tokens[at - 1]!.text, tokens[at + 1]!.text);
    }
    const value =
      is === 'name' && text === 'default' && tokens[at - 1]?.text === 'export'
        ? at + 1
        : is === 'name' && text === 'exports' && tokens[at - 1]?.text === '.' && tokens[at + 1]?.text === '='
          ? at + 2
          : -1;
    if (value < 0) continue;
    let name = value;
    while (/^(?:async|function)$/.test(tokens[name]?.text ?? '')) name++;
    const called = tokens[name]?.text === '(' ? tokens[name + 1]?.text : tokens[name]?.text;
    if (called) found.set('default', called);
  }
  return found;
}

/** The last `return name;` of a function. */
function returnedName(tokens: readonly ScriptToken[], [from, to]: readonly [number, number]): string | undefined {
  for (let at = to; at > Math.max(from, to - MAX_VALUE); at--) {
    if (tokens[at]!.text === 'return' && tokens[at + 1]?.is === 'name') return /^[;}]$/.test(tokens[at + 2]?.text ?? '') ? tokens[at + 1]!.text : undefined;
  }
  return undefined;
}

/** NestJS: `@Controller('health')` on a class, `@Get('live')` on its methods */
function controllersOf(file: File) {
  const { tokens } = file;
  const routers = new Map<string, Router>();
  const routes: { router: string; method: string; path: string | undefined; place: Place }[] = [];
  let controller: string | undefined;
  for (const [at, { is, text, start }] of tokens.entries()) {
    if (is !== 'name' || tokens[at - 1]?.text !== '@' || tokens[at + 1]?.text !== '(' || file.partner[at + 1]! < 0) continue;
    const args = argumentRanges(file, at + 1);
    const path = args.length === 0 ? '' : textOf(file, args[0]);
    if (text === 'Controller') {
      controller = `@Controller ${start}`;
      routers.set(controller, { prefix: path, isApplication: true });
    } else if (controller !== undefined && /^(?:Get|Post|Put|Delete|Patch|Head|Options|All)$/.test(text)) {
      routes.push({ router: controller, method: text === 'All' ? 'ANY' : text.toUpperCase(), path, place: placeOf(file, at - 1, at + 1) });
    }
  }
  return { routers, routes };
}

/** `app.listen(8000)`, `.listen({ port: PORT })`, `serve({ port: 3000 })` */
function portAt(file: File, at: number): ListeningPort | undefined {
  const { tokens } = file;
  const { text } = tokens[at]!;
  if ((text !== 'listen' || tokens[at - 1]?.text !== '.') && text !== 'serve') return undefined;
  const first = argumentRanges(file, at + 1)[0];
  if (!first) return undefined;
  const options = tokens[first[0]]!.text === '{' ? argumentRanges(file, first[0]).find(([from]) => tokens[from]!.text === 'port') : undefined;
  if (tokens[first[0]]!.text === '{' && !options) return undefined;
  if (text === 'serve' && !options) return undefined;
  const range: readonly [number, number] = options ? (tokens[options[0] + 1]?.text === ':' ? [options[0] + 2, options[1]] : options) : first;
  const value = numberIn(tokens, range) ?? assignedNumber(file, range);
  return value && { ...value, place: placeOf(file, at, at + 1) };
}

const MAX_VALUE = 20;

/** `8000`, `process.env.PORT || 3000`, `Number(process.env.PORT ?? 3000)` */
function numberIn(tokens: readonly ScriptToken[], [from, to]: readonly [number, number]): { number: number; variable: string | undefined } | undefined {
  const part = tokens.slice(from, Math.min(to, from + MAX_VALUE));
  const env = part.findIndex(({ text }) => text === 'env');
  const variable = env >= 0 && part[env - 2]?.text === 'process' ? part[env + 2]?.text : undefined;
  const numbers = part.filter(({ is, text }) => (is === 'number' || is === 'string') && /^\d{2,5}$/.test(text));
  const literal = part.length === 1 || (variable !== undefined && part.some(({ text }) => text === '??' || text === '||'));
  if (!literal || numbers.length !== 1 || Number(numbers[0]!.text) > 65_535) return undefined;
  return { number: Number(numbers[0]!.text), variable };
}

function assignmentsOf({ tokens }: ScriptTokens): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [at, { is, text }] of tokens.entries()) {
    if (is !== 'name' || tokens[at + 1]?.text !== '=') continue;
    const before = found.get(text);
    if (before) before.push(at);
    else found.set(text, [at]);
  }
  return found;
}

/** The number of a constant that the file sets once. */
function assignedNumber({ tokens, assigned }: File, [from, to]: readonly [number, number]) {
  if (to !== from + 1 || tokens[from]!.is !== 'name') return undefined;
  const name = tokens[from]!.text;
  const set = assigned.get(name) ?? [];
  if (set.length !== 1) return undefined;
  let end = set[0]! + 2;
  while (end < set[0]! + MAX_VALUE && tokens[end] && !/^(?:;|const|let|var|function|export|import|async|app|await)$/.test(tokens[end]!.text)) end++;
  return numberIn(tokens, [set[0]! + 2, end]);
}
