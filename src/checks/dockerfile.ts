import type { Place } from '../checkout/source.ts';
import {
  copiesOf,
  type Dockerfile,
  environmentOf,
  finalStage,
  type Instruction,
  lineageOf,
  portsOf,
  programOf,
  type Stage,
  userOf,
} from '../code/dockerfile.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { Image } from '../manifest/resource.ts';
import type { DockerfileCheck, DockerfileFeature } from './check.ts';
import { isMoving, sameRepository } from './fragment.ts';
import { saysWord } from './scalars.ts';
import { type Evidence, quote, type Verdict } from './verdict.ts';

/** What one Dockerfile says to a question. `open`: it leaves it to something that was not looked at. */
interface Answer {
  readonly is: 'yes' | 'no' | 'open';
  readonly because: string;
  readonly places: readonly Place[];
}

/** Whether Dockerfiles have a feature. Without a stage most questions are about what is built: the last stage and those it builds upon. */
export function answerDockerfile(check: DockerfileCheck, inventory: Inventory): Verdict {
  const answers: Answer[] = [];
  for (const path of check.paths) {
    const dockerfile = inventory.dockerfiles.find(({ source }) => source.path === path);
    if (!dockerfile) return { is: 'unproven', because: `${path} was not read as a Dockerfile`, evidence: [] };
    if (dockerfile.problem) return { is: 'failed', because: dockerfile.problem.problem.message, problem: dockerfile.problem.problem, evidence: [] };
    answers.push(ask(dockerfile, check.has, check.stage));
  }
  if (answers.length === 0) return { is: 'unproven', because: `no Dockerfile that this could be asked of: ${check.says}`, evidence: [] };
  const of = (is: Answer['is']) => answers.filter((answer) => answer.is === is);
  const [yes, no, open] = [of('yes'), of('no'), of('open')];
  const because = (found: readonly Answer[]) =>
    Array.from(new Set(found.map((answer) => answer.because)))
      .slice(0, 3)
      .join('; ');
  const evidence = (found: readonly Answer[]): Evidence[] => found.flatMap(({ places }) => places.slice(0, 4)).map(quote);
  if (check.of === 'any' ? yes.length > 0 : yes.length === answers.length) {
    const [first, ...rest] = evidence(yes);
    return { is: 'met', because: check.says, evidence: [first!, ...rest] };
  }
  if (check.of === 'unclear' && yes.length > 0)
    return { is: 'unproven', because: `the words do not say which Dockerfile is meant: ${check.says}`, evidence: evidence([...no, ...yes]) };
  if (open.length > 0) return { is: 'unproven', because: because(open), evidence: evidence(open) };
  const [first, ...rest] = evidence([...no, ...yes]);
  return { is: yes.length > 0 ? 'partial' : 'unmet', because: because(no), evidence: [first!, ...rest] };
}

function ask(dockerfile: Dockerfile, has: DockerfileFeature, stage: DockerfileCheck['stage']): Answer {
  const target = stage === 'last' || stage === 'any' ? undefined : String(stage);
  const last = finalStage(dockerfile, target);
  if (!last) return no(`${dockerfile.source.path} has no stage ${target}`, dockerfile.stages.map(placeOfFrom));
  const scope = stage === 'any' ? dockerfile.stages : lineageOf(last);
  const inScope = scope.flatMap(({ instructions }) => instructions);
  const end = placeOfFrom(last);
  switch (has.a) {
    case 'base':
      return base(scope, has);
    case 'pinned base':
      return pinned(dockerfile, has.by);
    case 'stages': {
      const { length } = dockerfile.stages;
      const places = dockerfile.stages.map(placeOfFrom);
      return (has.atLeast ? length >= has.number : length === has.number)
        ? yes(places)
        : no(`${dockerfile.source.path} has ${counted(length, 'stage')}`, places);
    }
    case 'stage': {
      const found = dockerfile.stages.find(({ name }) => name?.toLowerCase() === has.name.toLowerCase());
      return found ? yes([placeOfFrom(found)]) : no(`no stage of ${dockerfile.source.path} is called ${has.name}`, dockerfile.stages.map(placeOfFrom));
    }
    case 'user':
      return user(dockerfile, has, target, end);
    case 'port': {
      const ports = portsOf(dockerfile, target);
      const found = ports.filter(({ number }) => number === has.number);
      if (found.length > 0) return yes(found.map(({ place }) => place));
      return ports.length > 0
        ? no(
            `EXPOSE says ${ports.map(({ number }) => number).join(', ')}, not ${has.number}`,
            ports.map(({ place }) => place),
          )
        : no(`${dockerfile.source.path} has no EXPOSE`, [end]);
    }
    case 'variable': {
      const found = (stage === 'any' ? dockerfile.stages : [last]).flatMap(
        (each) => environmentOf(dockerfile, String(dockerfile.stages.indexOf(each))).get(has.name) ?? [],
      );
      const fitting = found.filter(({ value }) => has.value === undefined || value === has.value);
      if (fitting.length > 0) return yes(fitting.map(({ place }) => place));
      const [first] = found;
      if (!first) return no(`ENV does not set ${has.name}`, [end]);
      const places = found.map(({ place }) => place);
      return first.value.includes('$')
        ? open(`${has.name} is ${first.value}, which the build decides`, places)
        : no(`${has.name} is ${first.value}, not ${has.value}`, places);
    }
    case 'program':
      return program(dockerfile, has, target, end);
    case 'copy':
      return copied(scope, has, dockerfile);
    case 'folder': {
      const own = inScope.filter(({ keyword }) => keyword === 'WORKDIR');
      const found = own.filter(({ text }) => plain(text) === plain(has.path));
      if (found.length > 0) return yes(found.map(({ place }) => place));
      return no(`WORKDIR is ${own.map(({ text }) => text).join(', ') || 'not set'}, not ${has.path}`, own.length > 0 ? own.map(({ place }) => place) : [end]);
    }
    case 'word': {
      const found = inScope.filter((instruction) => saysWord(textOf(instruction), has.text));
      return found.length > 0 ? yes(found.map(({ place }) => place).slice(0, 2)) : no(`no instruction of ${dockerfile.source.path} has ${has.text}`, [end]);
    }
    case 'instruction': {
      const own = inScope.filter(({ keyword }) => keyword === has.keyword);
      const found = own.filter((instruction) => has.holds.every((text) => saysWord(textOf(instruction), plain(text))));
      if (found.length > 0 && !(has.keyword === 'HEALTHCHECK' && /^NONE\b/i.test(found[0]!.text))) return yes(found.map(({ place }) => place));
      const missing = has.holds.find((text) => !own.some((instruction) => saysWord(textOf(instruction), plain(text))));
      if (own.length === 0) return no(`${dockerfile.source.path} has no ${has.keyword}`, [end]);
      return no(`no ${has.keyword} of ${dockerfile.source.path} has ${missing ?? has.holds.join(' and ')}`, own.map(({ place }) => place).slice(0, 3));
    }
  }
}

const yes = (places: readonly Place[]): Answer => ({ is: 'yes', because: '', places });
const no = (because: string, places: readonly Place[]): Answer => ({ is: 'no', because, places });
const open = (because: string, places: readonly Place[]): Answer => ({ is: 'open', because, places });
const counted = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
const placeOfFrom = (stage: Stage): Place => stage.instructions[0]!.place;
const imageShown = ({ reference }: Image): string => reference;

function base(scope: readonly Stage[], has: Extract<DockerfileFeature, { a: 'base' }>): Answer {
  const roots = scope.filter((stage) => stage.base === undefined);
  const places = roots.map(placeOfFrom);
  const fitting = roots.filter(({ from }) => fits(from, has));
  if (fitting.length > 0) return yes(fitting.map(placeOfFrom));
  const unknown = roots.find(({ from }) => from.reference.includes('$'));
  if (unknown) return open(`the base image ${unknown.from.reference} is decided by the build`, places);
  const wanted = [has.repository, has.tag ?? has.version, has.variant, has.digest].filter((part) => part !== undefined).join(' ');
  return no(`the base image is ${Array.from(new Set(roots.map(({ from }) => imageShown(from)))).join(' and ')}, not ${wanted}`, places);
}

function fits(image: Image, { repository, tag, digest, version, variant, orLater }: Extract<DockerfileFeature, { a: 'base' }>): boolean {
  if (repository !== undefined && !sameRepository(image, repository)) return false;
  if (tag !== undefined && image.tag !== tag) return false;
  if (digest !== undefined && image.digest !== digest) return false;
  if (variant !== undefined && !saysWord(`${image.repository} ${image.tag ?? ''}`, variant)) return false;
  if (version === undefined) return true;
  const has = /^v?(\d+(?:\.\d+)*)/.exec(image.tag ?? '')?.[1];
  if (has === undefined) return false;
  return orLater ? notBefore(has, version) : has === version || has.startsWith(`${version}.`);
}

/** Whether a dotted version is the same or a later one, as far as both go. */
function notBefore(version: string, wanted: string): boolean {
  const [have, want] = [version.split('.').map(Number), wanted.split('.').map(Number)];
  for (const [index, part] of want.entries()) {
    const own = have[index];
    if (own === undefined || own > part) return true;
    if (own < part) return false;
  }
  return true;
}

function pinned(dockerfile: Dockerfile, by: 'version' | 'digest'): Answer {
  const roots = dockerfile.stages.filter(({ base: earlier, from }) => earlier === undefined && from.repository !== 'scratch');
  const loose = roots.filter(({ from: { tag, digest } }) => digest === undefined && (by === 'digest' || tag === undefined || isMoving(tag)));
  if (roots.length === 0) return open('no base image is from outside', dockerfile.stages.map(placeOfFrom));
  const unknown = loose.find(({ from }) => from.reference.includes('$'));
  if (unknown) return open(`the base image ${unknown.from.reference} is decided by the build`, [placeOfFrom(unknown)]);
  return loose.length === 0
    ? yes(roots.map(placeOfFrom))
    : no(`${loose.map(({ from }) => imageShown(from)).join(' and ')} is not pinned${by === 'digest' ? ' by digest' : ''}`, loose.map(placeOfFrom));
}

/** Official images that run as root until a USER says otherwise (their Dockerfiles, docker-library). */
const RUNS_AS_ROOT = new Set(
  'alpine amazoncorretto busybox caddy debian eclipse-temurin golang gradle httpd maven nginx node openjdk oven/bun php python ruby rust scratch ubuntu'.split(
    ' ',
  ),
);

function user(dockerfile: Dockerfile, has: Extract<DockerfileFeature, { a: 'user' }>, target: string | undefined, end: Place): Answer {
  const set = userOf(dockerfile, target);
  const stages = lineageOf(finalStage(dockerfile, target)!);
  const image = stages[0]!.from;
  if (!set) {
    if (!RUNS_AS_ROOT.has(image.repository.replace(/^library\//, ''))) return open(`no USER is set, so ${image.reference} decides who runs`, [end]);
    return no(`no USER is set, and ${image.reference} runs as root`, [end]);
  }
  const places = [set.place];
  if (set.user.includes('$')) return open(`USER is ${set.user}, which the build decides`, places);
  const wantsAny = has.name === undefined && has.number === undefined;
  if (wantsAny) return set.user === 'root' || set.user === '0' ? no(`USER is ${set.user}`, places) : yes(places);
  if (has.group !== undefined && set.group !== has.group && set.group !== undefined)
    return no(`USER is ${set.user}:${set.group}, not of group ${has.group}`, places);
  if (has.name !== undefined && set.user !== has.name) return no(`USER is ${set.user}, not ${has.name}`, places);
  if (has.number === undefined) return yes(places);
  if (/^\d+$/.test(set.user)) return Number(set.user) === has.number ? yes(places) : no(`USER is ${set.user}, not ${has.number}`, places);
  const made = uidOf(
    set.user,
    stages.flatMap(({ instructions }) => instructions),
    image,
  );
  if (!made) return open(`USER is ${set.user}, and which number that is cannot be read here`, places);
  return made.number === has.number
    ? yes([...places, made.place])
    : no(`USER is ${set.user}, which is ${made.number}, not ${has.number}`, [...places, made.place]);
}

/** The number that a name was made with in a RUN; that of `node` comes with the image (nodejs/docker-node). */
function uidOf(name: string, instructions: readonly Instruction[], image: Image): { number: number; place: Place } | undefined {
  for (const instruction of instructions) {
    if (instruction.keyword !== 'RUN') continue;
    for (const command of textOf(instruction).split(/[;&|\n]+/)) {
      if (!/\b(?:useradd|adduser)\b/.test(command) || !saysWord(command, name)) continue;
      const number = /\s(?:-u|--uid)[\s=]+(\d{1,9})\b/.exec(command)?.[1];
      if (number) return { number: Number(number), place: instruction.place };
    }
  }
  if (name === 'node' && image.repository.replace(/^library\//, '') === 'node') return { number: 1000, place: instructions[0]!.place };
  return undefined;
}

function program(dockerfile: Dockerfile, { words, by }: Extract<DockerfileFeature, { a: 'program' }>, target: string | undefined, end: Place): Answer {
  const { entrypoint, cmd } = programOf(dockerfile, target);
  const own = by === 'ENTRYPOINT' ? [entrypoint] : by === 'CMD' ? [cmd] : [entrypoint, cmd];
  const set = own.filter((each) => each !== undefined);
  if (set.length === 0) return no(`${dockerfile.source.path} has no ${by === 'either' ? 'ENTRYPOINT or CMD' : by}`, [end]);
  const all = set.flatMap((each) => each.words).join(' ');
  const places = set.map(({ place }) => place);
  if (saysWord(plain(all), plain(words.join(' ')))) return yes(places);
  const script = set.flatMap((each) => each.words).find((word) => /\.sh$/.test(word));
  if (script) return open(`the image runs ${script}, and what that runs was not followed`, places);
  if (saysWord(all, words[0]!)) return open(`the image runs ${all}`, places);
  return no(`${by === 'either' ? 'the image' : by} runs ${all}, not ${words.join(' ')}`, places);
}

function copied(scope: readonly Stage[], { sources, destination, from }: Extract<DockerfileFeature, { a: 'copy' }>, dockerfile: Dockerfile): Answer {
  const all = scope.flatMap((stage) => copiesOf(stage).map((copy) => ({ ...copy, stage })));
  const stageCalled = (name: string) => (/^\d+$/.test(name) ? (dockerfile.stages[Number(name)]?.name ?? name) : name).toLowerCase();
  const fitting = all.filter(
    (copy) =>
      (from === undefined || (copy.from !== undefined && stageCalled(copy.from) === stageCalled(from))) &&
      (destination === undefined || samePath(copy.destination, destination) || resolved(copy) === plain(destination)),
  );
  const places: Place[] = [];
  for (const source of sources) {
    const found = fitting.find((copy) => copy.sources.some((each) => samePath(each, source)));
    if (found) places.push(found.place);
    else {
      const whole = all.find((copy) => copy.from === from && copy.sources.some((each) => plain(each) === '.'));
      if (whole) return open(`${source} comes with the whole folder`, [whole.place]);
      return no(
        `nothing copies ${source}${from ? ` from ${from}` : ''}${destination ? ` to ${destination}` : ''}`,
        all.length > 0 ? all.map(({ place }) => place) : scope.map(placeOfFrom),
      );
    }
  }
  if (sources.length > 0) return yes(places);
  return fitting.length > 0
    ? yes(fitting.map(({ place }) => place))
    : no(`nothing is copied from ${from}`, all.length > 0 ? all.map(({ place }) => place) : scope.map(placeOfFrom));
}

/** Where a copy lands: a relative place is below the WORKDIR before it. */
function resolved({ destination, place, stage }: { destination: string; place: Place; stage: Stage }): string {
  if (destination.startsWith('/')) return plain(destination);
  const folder = stage.instructions.findLast((instruction) => instruction.keyword === 'WORKDIR' && instruction.place.start < place.start)?.text;
  const inner = plain(destination);
  return folder === undefined ? inner : plain(inner === '.' ? folder : `${folder}/${inner}`);
}

/** The same file: `./x/` is `x`, and `backend/x` is what a story about the backend calls `x`. */
const samePath = (one: string, other: string): boolean => plain(one) === plain(other) || plain(one).endsWith(`/${plain(other)}`);

const textOf = ({ flags, text, heredocs }: Instruction): string => plain([...flags, text, ...heredocs].join(' '));
/** Text without what changes no meaning: `./` in front, a slash behind, several blanks. */
const plain = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/(^|[\s="'])\.\/(?=.)/g, '$1')
    .replace(/(.)\/(?=$|[\s"'])/g, '$1')
    .trim();
