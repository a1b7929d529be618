import type { Check, Expected, FragmentCheck } from '../../checks/check.ts';
import { entriesOf, get, type Node, textOf } from '../../manifest/yaml.ts';
import type { Artefact } from '../artefact.ts';
import { type CodeSpan, codeIn } from '../code-span.ts';
import { type Context, fragmentOf } from '../context.ts';
import { COMMAND_WORDS, ENV_NAME, synonyms } from '../lexicon.ts';
import type { Sentence } from '../sentence.ts';

/** `Redis: image redis:7-alpine, port 6379`, `web depends on postgres (healthy)`: what services of a compose file must have. */
export function composeChecks(sentence: Sentence, context: Context, { paths, of }: Artefact): Check[] {
  const files = paths.flatMap((path): File[] => {
    const node = context.inventory.documentsOf(path)[0];
    return node ? [{ path, node, services: Array.from(entriesOf(get(node, 'services')).keys()) }] : [];
  });
  if (files.length === 0) return [];
  return new Reader(sentence, context, files, of).read();
}

interface File {
  readonly path: string;
  readonly node: Node;
  readonly services: readonly string[];
}

/** Services that words of a sentence name. */
interface Mention {
  readonly start: number;
  readonly end: number;
  readonly services: readonly string[];
}

/** Something that a service must have, and where the sentence says so. */
interface Stated {
  readonly at: number;
  readonly says: string;
  /** any of these fragments of the service */
  readonly any: readonly Expected[];
  readonly mode?: 'error';
}

class Reader {
  readonly #sentence: Sentence;
  readonly #context: Context;
  readonly #files: readonly File[];
  readonly #of: FragmentCheck['of'];
  readonly #names: readonly string[];
  readonly #mentions: readonly Mention[];
  readonly #code: readonly CodeSpan[];
  readonly #checks: Check[] = [];

  constructor(sentence: Sentence, context: Context, files: readonly File[], of: FragmentCheck['of']) {
    this.#sentence = sentence;
    this.#context = context;
    this.#files = files;
    this.#of = of;
    this.#names = Array.from(new Set(files.flatMap(({ services }) => services)));
    this.#mentions = servicesIn(sentence.text, files);
    this.#code = codeIn(sentence, context);
  }

  read(): Check[] {
    const { text } = this.#sentence;
    this.#topLevel();
    this.#onlyPorts();
    this.#dependencies();
    this.#someDependency();
    const arguments_ = this.#insideBrackets();
    const stated = [...this.#values(), ...this.#presentOnly()].sort((a, b) => a.at - b.at);
    // what a variable comes from, or points to, is not what has it
    const passive = (start: number) =>
      /\b(?:from|via|(?:point(?:s|ing|ed)?|wired|connect(?:s|ed|ing)?)\s+(?:to|at))\s+(?:the\s+)?["'`]?$/i.test(text.slice(0, start));
    const subjects = this.#mentions.filter(({ start, end }) => !arguments_.has(start) && !passive(start) && !this.#sentence.isExplained(start, end));
    for (const { at, says, any, mode } of stated) {
      const { services, every } = this.#subjectAt(at, subjects);
      for (const service of services) this.#state(service, says, any, mode);
      if (services.length === 0) this.#checks.push({ is: 'unread', aside: false, says: `no service was named that ${says}` });
      if (every) this.#sentence.takeAll(/\b(?:all|every|each|both)\b/i);
    }
    this.#listed();
    this.#counted();
    // a service that is made is claimed to be there; one that has something is only what the rest is about
    const made = /^(?:add|create|define|uncomment|include|implement)\w*\b/i.test(text) || /\bdefines?\b/i.test(text) || stated.length === 0;
    for (const { start, end, services } of subjects) {
      if (this.#sentence.isExplained(start, end)) continue;
      if (stated.length === 0 && !/\b(?:services?|containers?|sidecars?)\b/i.test(text)) break;
      this.#sentence.mark(start, end);
      if (made) this.#state(services[0]!, 'is there', [{}]);
    }
    // a port that a service publishes is the host's as well
    if (stated.length > 0 && /^map(?:s|ped)?\b/i.test(text)) this.#sentence.takeAll(/\bmap(?:s|ped)?\b|\bto\s+(?:the\s+)?host\b/i);
    if (/^fix(?:es|ed)?\b/i.test(text)) this.#checks.push({ is: 'unread', aside: false, says: 'what was wrong, and what is right, is not in these words' });
    const onlyThere = this.#checks.every((check) => 'says' in check && check.says.endsWith(' is there'));
    if (onlyThere && !this.#sentence.has(/\b(?:services?|containers?|sidecars?|compose)\b/i)) return [];
    if (this.#checks.length > 0)
      this.#sentence.takeAll(
        /\b(?:docker[- ]?compose|compose|services?|containers?|sidecars?|stack|volumes?|networks?|ports?|images?|environment|env|variables?|vars?|limits?|memory|cpu|health\s?-?checks?|conditions?|polic(?:y|ies)|resources?|existing|root|local|development|production|production-ready|profiles?|definitions?|custom)\b/i,
      );
    return this.#checks;
  }

  #state(service: string, says: string, any: readonly Expected[], mode: 'assert' | 'error' = 'assert'): void {
    const holding = this.#files.filter(({ services }) => services.includes(service));
    const targets = (holding.length > 0 ? holding : this.#files).map(({ path }) => ({ path, document: 0 }));
    const of = targets.length > 1 ? this.#of : 'each';
    const checks = any.map((fragment) => fragmentOf(`${service} ${says}`, targets, { services: { [service]: fragment } }, mode, of));
    this.#checks.push(checks.length === 1 ? checks[0]! : { is: 'any', says: `${service} ${says}`, of: checks });
  }

  /** Whose value stands at an offset: the services named last before it, else those named next, else those that the task is about. */
  #subjectAt(at: number, subjects: readonly Mention[], alone = false): { services: readonly string[]; every: boolean } {
    const { text } = this.#sentence;
    const before = subjects.filter(({ end }) => end <= at).at(-1);
    if (before) return { services: grouped(subjects, before, text), every: false };
    const next = subjects.find(({ start }) => start >= at);
    if (next) return { services: grouped(subjects, next, text), every: false };
    if (/\b(?:all|every|each)\s+(?:\w+\s+)?(?:services?|containers?)\b/i.test(text)) return { services: this.#names, every: true };
    if (this.#mentions.length > 0 && !alone) return { services: [], every: false };
    for (const earlier of this.#context.before().slice(0, 6)) {
      const named = servicesIn(earlier.replace(/\([^()]*\)/g, ' '), this.#files);
      const services = Array.from(new Set(named.flatMap((mention) => mention.services)));
      if (services.length > 0) return { services: services.length === 1 ? services : [], every: false };
    }
    return { services: this.#names.length === 1 ? this.#names : [], every: false };
  }

  /** Mentions in brackets explain a name or a port and open no statement: `pgdata (PostgreSQL)`. */
  #insideBrackets(): ReadonlySet<number> {
    const found = new Set<number>();
    for (const bracket of this.#sentence.text.matchAll(/\([^()]*\)/g)) {
      const inside = this.#mentions.filter(({ start }) => start > bracket.index && start < bracket.index + bracket[0].length);
      const listed = /,/.test(bracket[0]) && inside.length > 1;
      if (!listed) for (const { start } of inside) found.add(start);
    }
    return found;
  }

  #topLevel(): void {
    const targets = this.#files.map(({ path }) => ({ path, document: 0 }));
    const { text } = this.#sentence;
    const named = /\bnamed\s+volumes?\s*(?::|are|=)?\s*(?=[a-z"'`])|\bvolumes\s*:\s*(?=[a-z"'`])/i.exec(text);
    if (!named) return;
    let at = named.index + named[0].length;
    let found = 0;
    for (let item = VOLUME.exec(text.slice(at)); item; item = VOLUME.exec(text.slice(at))) {
      const [whole, volume, note, mounted, more] = item;
      if (/^(?:and|for|with|are|is|defined|from|in|on|to)$/i.test(volume!)) break;
      this.#sentence.mark(at, at + whole.length);
      this.#checks.push(fragmentOf(`there is a volume ${volume}`, targets, { volumes: { [volume!]: {} } }, 'assert', this.#of));
      const user = note === undefined ? undefined : servicesIn(note, this.#files)[0];
      if (user) this.#state(user.services[0]!, `uses the volume ${volume}`, [{ volumes: { $: 'somewhere', text: volume! } }]);
      if (mounted) {
        const holders: Expected[] = [{ $: 'somewhere', text: `${volume}:${mounted}` }, [{ source: volume!, target: mounted }]];
        const { services } = this.#subjectAt(at, this.#mentions);
        for (const service of services)
          this.#state(
            service,
            `mounts ${volume} at ${mounted}`,
            holders.map((volumes) => ({ volumes })),
          );
        if (services.length === 0) this.#checks.push({ is: 'unread', aside: false, says: `no service was named that mounts ${volume}` });
      }
      found++;
      at += whole.length;
      if (!more) break;
    }
    if (found === 0) return;
    this.#sentence.takeAll(/\bnamed\b|\bvolumes?\b|\bdefined\b/i);
  }

  /** `only ports 3000 (web) and 3001 (realtime) are exposed`: those publish them, and no other service publishes anything. */
  #onlyPorts(): void {
    const { text } = this.#sentence;
    const only =
      /\bexpos(?:e|es|ing)\s+only\s+([^—–;.]*?)\s*ports?\b(?:\s+(?:to|on)\s+(?:the\s+)?host)?/i.exec(text) ??
      /\bonly\s+(?:the\s+)?(?:ports?\s+)?([^—–;.]*?)\s*(?:ports?\s+)?(?:are|is)?\s*(?:exposed|published|mapped|accessible|reachable)\b(?:\s+(?:to|on|from)\s+(?:the\s+)?(?:host|outside|localhost))?/i.exec(
        text,
      );
    if (!only) return;
    const inside = servicesIn(only[1]!, this.#files);
    const open = new Set(inside.flatMap(({ services }) => services));
    const ports = Array.from(only[1]!.matchAll(/\b(\d{2,5})\s*(?:\(\s*([\w-]+)\s*\))?/g));
    for (const [, number, name] of ports) {
      const [user] = name ? servicesIn(name, this.#files) : inside.length === 1 ? inside : [];
      if (user) this.#state(user.services[0]!, `publishes ${number}`, [{ ports: [{ $: 'port', number: Number(number) }] }]);
    }
    for (const [, name, number] of only[1]!.matchAll(/([A-Za-z][\w-]*)["'`]?\s*\((\d{2,5})\)/g)) {
      const [user] = servicesIn(name!, this.#files);
      if (user) this.#state(user.services[0]!, `publishes ${number}`, [{ ports: [{ $: 'port', number: Number(number) }] }]);
    }
    const publishing = this.#names.filter((service) =>
      this.#files.some(
        ({ node }) =>
          get(node, 'services', service, 'ports') && ports.some(([, number]) => portsShown(get(node, 'services', service, 'ports')).includes(Number(number))),
      ),
    );
    const allowed = open.size > 0 ? open : new Set(publishing);
    if (allowed.size === 0) return;
    this.#sentence.mark(only.index, only.index + only[0].length);
    for (const service of this.#names) if (!allowed.has(service)) this.#state(service, 'publishes no port', [{ ports: { $: 'present' } }], 'error');
    // "postgres (5432), redis (6379) are internal-only via expose:"
    const rest = text.slice(only.index + only[0].length);
    const offset = only.index + only[0].length;
    for (const pair of rest.matchAll(/([\w-]+)\s*\((\d{2,5})\)/g)) {
      const [user] = servicesIn(pair[1]!, this.#files);
      if (!user) continue;
      this.#sentence.mark(offset + pair.index, offset + pair.index + pair[0].length);
      this.#state(user.services[0]!, `has port ${pair[2]} inside only`, [{ expose: [{ $: 'port', number: Number(pair[2]) }] }, { ports: { $: 'absent' } }]);
    }
    this.#sentence.take(/\(\s*no\s+[\d,\s]+(?:in\s+ports:?)?\s*\)/i);
    this.#sentence.takeAll(/\binternal(?:-only)?\b|\bvia\s+expose:?|\bexpose:|\(\s*not\s+ports:?\s*\)/i);
  }

  /** `web depends on postgres (healthy), redis (healthy)`, `depends_on: [postgres]`, with the condition where one is named. */
  #dependencies(): void {
    const { text } = this.#sentence;
    for (const match of text.matchAll(/\bdepend(?:s|ing|encies)?[\s_]+on\b:?\s*(?:includes?\s+)?/gi)) {
      const start = match.index;
      const offset = start + match[0].length;
      const list = text.slice(offset).split(/;|\.\s|\bdepend(?:s|ing)?[\s_]+on\b/, 1)[0]!;
      const healthy = /\bservice_healthy\b|\bhealth\w*\s*(?:check)?\s*conditions?\b/i.test(list);
      const subjects = this.#mentions.filter(({ end }) => end <= start && !/;|\.\s/.test(text.slice(end, start)));
      const last = subjects.at(-1);
      const users = last ? grouped(subjects, last, text) : this.#subjectAt(start, [], true).services;
      let from = offset;
      for (const named of this.#mentions.filter((mention) => mention.start >= offset && mention.end <= offset + list.length)) {
        if (!/^[\s,+&[\]"'`(){}]*(?:and\s+|both\s+|on\s+)*[\s"'`[]*$/.test(text.slice(from, named.start).replace(/\((?:service_)?\w+\)/g, ''))) break;
        const condition =
          /^["'`]?\s*\(?\s*(?:condition:?\s*)?(service_\w+|healthy|started|completed(?:_successfully)?)\s*\)?/.exec(text.slice(named.end))?.[1] ??
          (healthy ? 'service_healthy' : undefined);
        const [service] = named.services;
        const wanted =
          condition === undefined
            ? undefined
            : /^service_/.test(condition)
              ? condition
              : condition === 'completed'
                ? 'service_completed_successfully'
                : `service_${condition}`;
        const fragments: Expected[] = wanted
          ? [{ depends_on: { [service!]: { condition: wanted } } }, ...(wanted === 'service_started' ? [{ depends_on: [service!] }] : [])]
          : [{ depends_on: [service!] }, { depends_on: { [service!]: {} } }];
        for (const user of users) if (user !== service) this.#state(user, `depends on ${service}${wanted ? ` (${wanted})` : ''}`, fragments);
        from = named.end + (/^["'`]?\s*\(\s*\w+\s*\)/.exec(text.slice(named.end))?.[0].length ?? 0);
      }
      if (from === offset || users.length === 0) continue;
      this.#sentence.mark(start, from + /^[\s}\])"'`]*/.exec(text.slice(from))![0].length);
      if (last && !/[:,]/.test(text.slice(last.end, start)))
        for (const subject of subjects) if (subject.end > last.start - 40) this.#sentence.mark(subject.start, subject.end);
      this.#sentence.takeAll(/\bwith\s+(?:health[\s-]?check\s+)?conditions?:?\s*(?:service_healthy)?|\bconditions?\s*:?\s*service_\w+|\bservice_healthy\b/i);
    }
    if (this.#checks.length > 0) this.#sentence.takeAll(/\bdepends_on\b/i);
  }

  #values(): Stated[] {
    const found: Stated[] = [];
    const sentence = this.#sentence;
    const each = (pattern: RegExp, read: (match: RegExpMatchArray) => Omit<Stated, 'at'> | undefined) => {
      const statedAt = new Map<number, Omit<Stated, 'at'>>();
      const accepted = sentence.takeWhere(pattern, (match) => {
        const stated = read(match);
        if (stated) statedAt.set(match.index!, stated);
        return stated !== undefined;
      });
      for (const { index } of accepted) found.push({ at: index!, ...statedAt.get(index!)! });
    };
    each(/(?<![\w/=:.@$-])(image\s*:?\s*)?((?:[a-z0-9][\w.-]*(?::\d+)?\/)*[a-z][\w.-]*):([a-z0-9][\w.-]*)(?=$|[\s),;"'\]])/i, (match) => {
      const [whole, word, repository, tag] = match;
      const code = this.#code.some(({ start, end }) => start <= match.index! && end >= match.index! + whole.length);
      if (/^(?:port|ports|localhost|https?|uid|restart|condition|interval|timeout|cpus|mem_limit|target|context|version|retries)$/i.test(repository!))
        return undefined;
      if (!word && !code && !/\d|^(?:latest|stable|alpine|slim|lts)$/i.test(tag!)) return undefined;
      return { says: `uses ${repository}:${tag}`, any: [{ image: { $: 'image', repository: repository!, tag: tag! } }] };
    });
    each(
      /\b(?:no|without)\s+(?:exposed\s+|published\s+|host\s+|external\s+)?ports?\b:?(?:\s+(?:mappings?|bindings?|exposed|published))?(?:\s*\([^()]*\))?/i,
      () => ({
        says: 'publishes no port',
        any: [{ ports: { $: 'present' } }],
        mode: 'error',
      }),
    );
    each(/(?<![\d:])(\d{2,5}):(\d{2,5})(?![\d:])/, ([, published, target]) => ({
      says: `maps ${published} to ${target}`,
      any: [{ ports: [{ $: 'contains', text: `${published}:${target}` }] }, { ports: [{ published: published!, target: Number(target) }] }],
    }));
    each(/\b(?:on\s+|host\s+|published\s+|exposed\s+)*ports?\s*[:=]?\s*(\d{2,5})\b/i, ([, port]) => portStated(Number(port)));
    each(/\bexpose:?\s*\[?\s*["']?(\d{2,5})["']?\s*\]?/i, ([, port]) => ({
      says: `exposes ${port}`,
      any: [{ expose: [{ $: 'port', number: Number(port) }] }],
    }));
    each(/\brestart(?:\s+policy)?\s*[:=]?\s*\(?["']?(unless-stopped|always|on-failure(?::\d+)?|no)\b["']?\)?(?:\s+(?:restart\s+)?policy)?/i, ([, policy]) => ({
      says: `restarts ${policy}`,
      any: [{ restart: policy! }],
    }));
    each(/\brestart polic(?:y|ies)\b/i, () => ({ says: 'has a restart policy', any: either({ restart: SET }, { deploy: { restart_policy: SET } }) }));
    each(/\bmem(?:ory)?_?\s?limits?\s*[:=]?\s*(?:of\s+)?["']?(\d+(?:\.\d+)?)\s?([kmg])i?b?\b["']?/i, ([, number, unit]) => {
      const sizes = sizesOf(number!, unit!);
      return { says: `may use ${number}${unit} of memory`, any: limited('memory', sizes) };
    });
    each(/\bcpus?\s*(?:limits?)?\s*[:=]\s*["']?(\d+(?:\.\d+)?)["']?|\b(\d+(?:\.\d+)?)\s+cpus?\b/i, ([, one, other]) => {
      const cpus = cpusOf((one ?? other)!);
      return { says: `may use ${one ?? other} CPUs`, any: limited('cpus', cpus) };
    });
    each(/\bmem_limit\b/, () => ({ says: 'has a memory limit', any: limited('memory', SET) }));
    each(/\bcpus\b/, () => ({ says: 'has a CPU limit', any: limited('cpus', SET) }));
    this.#healthChecks(found);
    each(/\benv_?\s?files?\s*[:=]?\s*\[?["'`]?((?:[\w./-]*\/)?\.env[\w.-]*|[\w./-]+\.env)\b["'`]?\]?/i, ([, file]) => ({
      says: `loads ${file}`,
      any: envFiles(file!),
    }));
    each(
      /\bprofiles?\s*(?:[:=]\s*\[?\s*["']?|["'`[])([a-z][\w-]*)["'`]?(?:\s*\])?(?=$|[\s,;).])|(?:--profile[\s=]|\bCOMPOSE_PROFILES=)([a-z][\w-]*)(?:\s+flag)?/i,
      ([, one, other]) => ({
        says: `belongs to the profile ${one ?? other}`,
        any: [{ profiles: [(one ?? other)!] }],
      }),
    );
    if (found.some(({ any }) => any.some((fragment) => typeof fragment === 'object' && fragment !== null && 'profiles' in fragment)))
      sentence.takeAll(/\b(?:started|starts|runs?|enabled)\s+only\s+(?:when|with|if)\b|\bconditional(?:ly)?\b|\bused\b/i);
    each(/\b(?:build(?:s|ing)?|built)\s*(?:from|context|:)?\s*["'`]?(\.{1,2}(?:\/[\w./-]*)?|(?:\.\/)?[\w-]+\/[\w./-]*)["'`]?(?=$|[\s,;).])/i, ([, folder]) => ({
      says: `is built from ${folder}`,
      any: folders(folder!),
    }));
    each(/\b(?:from|with|using|dockerfile:?)\s+["'`]?((?:[\w./-]*\/)?(?:[\w-]+\.)?[Dd]ockerfile(?:\.[\w-]+)?)\b["'`]?/, ([, file]) => ({
      says: `is built with ${file}`,
      any: either(
        { build: { dockerfile: { $: 'contains', text: file!.replace(/^\.\//, '') } } },
        { build: { context: { $: 'contains', text: file!.replace(/^\.\/|\/?[Dd]ockerfile$/g, '') || '.' } } },
      ),
    }));
    each(/\btarget\s*[:=]\s*["'`]?([a-z][\w-]*)["'`]?/i, ([, target]) => ({ says: `builds the target ${target}`, any: [{ build: { target: target! } }] }));
    each(/\bcontainer_name\s*[:=]\s*["'`]?([\w.-]+)["'`]?/i, ([, name]) => ({ says: `is named ${name}`, any: [{ container_name: name! }] }));
    each(/(?<![\w/])((?:\.{1,2}\/|\/|[a-z][\w-]*:(?=\/))[\w./-]*:?\/[\w./-]*)(?::(ro|rw))?(?=$|[\s,;)"'])/, ([whole]) =>
      whole.includes(':/') && !whole.includes('//') ? { says: `mounts ${whole}`, any: [{ volumes: { $: 'somewhere', text: whole } }] } : undefined,
    );
    each(/\b(?:persistent\s+|named\s+)?volumes?\s*(?:[:=]\s*|named\s+|called\s+)?\(?["'`]?([a-z][\w-]*[_-]?[\w-]*)["'`]?\)/i, ([, name]) => ({
      says: `uses the volume ${name}`,
      any: [{ volumes: { $: 'somewhere', text: name! } }],
    }));
    each(/\b(?:persistent\s+|named\s+|data\s+)?volumes?\b(?:\s+mounts?)?(?:\s+for\s+(?:data\s+)?persistence)?|\bpersistent (?:storage|data)\b/i, () => ({
      says: 'has a volume',
      any: [{ volumes: { $: 'present' } }],
    }));
    each(/\bnetwork\s*\(\s*["'`]?([a-z][\w-]*)["'`]?\s*\)/i, ([, name]) => ({
      says: `is in the network ${name}`,
      any: [{ networks: { $: 'somewhere', text: name! } }],
    }));
    each(
      /\bnetworks?\s*[:=]?\s*["'`]([a-z][\w-]*)["'`]|\b(?:on|in|via|to)\s+(?:the\s+)?["'`]?([a-z][\w-]*[_-](?:net|network)|[a-z][\w-]*-network)\b["'`]?(?:\s+network)?/i,
      ([, one, other]) => ({ says: `is in the network ${one ?? other}`, any: [{ networks: { $: 'somewhere', text: (one ?? other)! } }] }),
    );
    each(/\b([a-z][a-z_]*[a-z])\s*:\s*["'`]?([\w./-]+)["'`]?(?=$|[\s,;)])/, ([, key, value]) =>
      KEYS.has(key!) ? { says: `has ${key}: ${value}`, any: [{ [key!]: scalar(value!) }] } : undefined,
    );
    for (const key of KEYS) if (key.includes('_')) each(new RegExp(`\\b${key}\\b`), () => ({ says: `has ${key}`, any: [{ [key]: { $: 'present' } }] }));
    this.#commands(found);
    this.#variables(found);
    return found;
  }

  /** `resource limits` and `health check` that no value explains. */
  #presentOnly(): Stated[] {
    const found: Stated[] = [];
    for (const match of this.#sentence.takeAll(/\b(?:resource|memory|cpu)\s+(?:and\s+cpu\s+)?limits?\b/i))
      found.push({
        at: match.index,
        says: 'has resource limits',
        any: [{ mem_limit: { $: 'present' } }, { cpus: { $: 'present' } }, { deploy: { resources: { limits: { $: 'present' } } } }],
      });
    return found;
  }

  #healthChecks(found: Stated[]): void {
    const sentence = this.#sentence;
    const match = /\bhealth[\s-]?checks?\b(?!\s*conditions?)/i.exec(sentence.text);
    if (!match) return;
    const parts: { [key: string]: Expected } = {};
    const inside = this.#code.find(
      ({ start, end, text }) =>
        start > match.index &&
        !sentence.isExplained(start, end) &&
        new RegExp(`^(?:${COMMAND_WORDS}|mysqladmin|mongosh?|rabbitmq-diagnostics|clamdcheck|pgrep|cat|test)\\b`).test(text),
    );
    const bracket = /^\s*[(:]\s*((?:pg_isready|redis-cli|curl|wget|mysqladmin|mongosh?|nc|rabbitmq-diagnostics|clamdcheck|pgrep)\b[^),]*)\)?/.exec(
      sentence.text.slice(match.index + match[0].length),
    );
    const named = sentence.text
      .slice(match.index)
      .match(/\b(?:with|using|via|runs?|uses?)\s+(pg_isready|redis-cli(?: ping)?|curl|wget|mysqladmin(?: ping)?|mongosh?|nc|rabbitmq-diagnostics)\b/);
    const command = inside?.text ?? bracket?.[1]?.trim() ?? named?.[1];
    if (command) {
      parts['test'] = { $: 'contains', text: command };
      const at = sentence.text.indexOf(command, match.index);
      sentence.mark(at, at + command.length);
    }
    const path = command ? undefined : sentence.take(/(?<=\bhealth[\s-]?checks?\b[^,;]{0,30})(?<![\w.])(\/[a-z][\w/-]*)/i);
    if (path) parts['test'] = { $: 'contains', text: path[1]! };
    for (const [key, pattern] of [
      ['interval', /\binterval\s*[:=]?\s*(\d+m?s?)\b|\bevery\s+(\d+s)\b/i],
      ['timeout', /\btimeout\s*[:=]?\s*(\d+m?s?)\b/i],
      ['retries', /\bretries\s*[:=]?\s*(\d+)\b|\b(\d+)\s+retries\b/i],
      ['start_period', /\bstart[_\s-]?period\s*[:=]?\s*(\d+m?s?)\b/i],
    ] as const) {
      const value = sentence.take(pattern);
      const text = value && (value[1] ?? value[2])!;
      if (text) parts[key] = key === 'retries' ? Number(text) : text;
    }
    sentence.takeAll(/\bhealth[\s-]?checks?\b(?!\s*conditions?)/i);
    sentence.take(/\bmatches\s+Dockerfile:?/i);
    const has: Expected = { healthcheck: Object.keys(parts).length > 0 ? parts : { $: 'present' } };
    found.push({ at: match.index, says: `has a health check${command ? ` with ${command}` : ''}`, any: [has] });
  }

  /** `command with --requirepass $REDIS_PASSWORD --maxmemory 256mb`: each flag with its value is in the command. */
  #commands(found: Stated[]): void {
    const sentence = this.#sentence;
    const match = /\b(?:command|entrypoint)\b/i.exec(sentence.text);
    if (!match) return;
    const flags = sentence
      .takeAll(/(?<![\w-])--[a-z][\w-]*(?:[ =](?:\$\{?\w+\}?|\d[\w.]*|[a-z][\w-]*-[\w-]+|"[^"]*"))?/)
      .filter(({ index }) => index > match.index - 40);
    for (const flag of flags) {
      const plain = flag[0].replace(/\$\{?(\w+)\}?/, '$1');
      const [name, ...rest] = plain.split(/[ =]/);
      // a variable is written `$X` or `${X}`
      const texts = /\$/.test(flag[0]) ? [`${name} \${${rest[0]}`, `${name} $${rest[0]}`, `${name}=\${${rest[0]}`] : [plain, plain.replace(' ', '=')];
      found.push({ at: flag.index, says: `runs with ${flag[0]}`, any: texts.map((text) => ({ command: { $: 'contains' as const, text } })) });
    }
    if (flags.length > 0) sentence.takeAll(/\bcommand\b|\bincludes?\b|\bin\b/i);
  }

  #variables(found: Stated[]): void {
    const sentence = this.#sentence;
    const pairs = sentence.takeAll(new RegExp(`(?<![\\w$\{-])(${ENV_NAME})\\s*[=:]\\s*["'\`]?([^\\s,;"'\`)]*[^\\s,;"'\`).])`));
    for (const { index, 1: name, 2: value } of pairs)
      found.push({ at: index, says: `sets ${name}=${value}`, any: [{ environment: { [name!]: scalar(value!) } }, { environment: [`${name}=${value}`] }] });
    if (!sentence.has(/\benv(?:ironment)?\b|\bvariables?\b/i)) return;
    for (const { index, 1: name } of sentence.takeAll(new RegExp(`(?<![\\w$\{-])(${ENV_NAME})\\b`)))
      found.push({ at: index, says: `sets ${name}`, any: [{ environment: { $: 'somewhere', text: name! } }] });
  }

  /** `services: postgres, redis, backend`: a name that no service has is missing. */
  #listed(): void {
    const { text } = this.#sentence;
    const match = /\bservices?\s*(?::|\()\s*(?=[\w"'`])/i.exec(text) ?? /\bdefin(?:es?|ing)\s*(?::|the)?\s*(?:services\s+)?(?=[\w"'`])/i.exec(text);
    if (!match) return;
    this.#sentence.take(/\b(?:all\s+)?(?:\d|two|three|four|five|six|seven|eight)\s+(?=services\b)|\ball\s+(?=services\b)/i);
    let at = match.index + match[0].length;
    for (let item = ITEM.exec(text.slice(at)); item; item = ITEM.exec(text.slice(at))) {
      const [whole, name] = item;
      const start = at + whole.indexOf(name!);
      const [mention] = this.#mentions.filter((each) => each.start >= start && each.start < at + whole.length);
      if (mention) this.#state(mention.services[0]!, 'is there', [{}]);
      else if (/^(?:and|with|the|each)$/i.test(name!)) break;
      else this.#state(name!, 'is there', [{}]);
      this.#sentence.mark(start, mention ? Math.max(mention.end, start + name!.length) : start + name!.length);
      at += whole.length;
    }
  }

  /** `Set depends_on with condition: service_healthy`, of no service in particular: some service does. */
  #someDependency(): void {
    const match = /\bdepends_on\b[^;.]*\b(service_(?:healthy|started|completed_successfully))\b/.exec(this.#sentence.text);
    if (!match || this.#mentions.length > 0 || this.#checks.length > 0) return;
    this.#sentence.mark(match.index, match.index + match[0].length);
    this.#sentence.take(/\bfor\s+(?:correct\s+)?startup\s+order(?:ing)?\b/i);
    const targets = this.#files.map(({ path }) => ({ path, document: 0 }));
    const says = `a service waits until another is ${match[1]!.slice('service_'.length)}`;
    this.#checks.push(fragmentOf(says, targets, { services: { $: 'deep', key: 'condition', value: match[1]! } }, 'assert', this.#of));
  }

  /** `with 3 Fila nodes`: so many services are called so, or there are so many at all. */
  #counted(): void {
    const match = /\b(\d|two|three|four|five|six)[\s-]+((?:[A-Za-z][\w-]*\s+){0,2})(?:nodes?|services?|containers?|instances?|replicas?|brokers?)\b/i.exec(
      this.#sentence.text,
    );
    if (!match || this.#files.length !== 1 || this.#sentence.isExplained(match.index, match.index + 1)) return;
    const number = { two: 2, three: 3, four: 4, five: 5, six: 6 }[match[1]!.toLowerCase()] ?? Number(match[1]);
    const [{ node, services }] = this.#files as [File];
    const words = [...match[2]!.trim().toLowerCase().split(/\s+/), 'node'].filter((word) => word !== '');
    const called = services.filter((service) =>
      words.some((word) => service.includes(word) || (textOf(get(node, 'services', service, 'image')) ?? '').includes(word)),
    );
    const counted = called.length === number ? called : services.length === number ? services : [];
    if (counted.length === 0) return;
    this.#sentence.mark(match.index, match.index + match[0].length);
    for (const service of counted) this.#state(service, 'is there', [{}]);
  }
}

/** One volume of a list with what explains it in brackets, or where it is mounted. */
const VOLUME =
  /^["'`]?([a-z][\w-]*)["'`]?(?:\s*\(([^()]*)\))?(?:\s*(?:→|->|=>|mounted\s+(?:at|to)|mapped\s+to|at)\s*["'`]?(\/[\w./-]*\w)["'`]?)?(\s*,\s*(?:and\s+)?|\s+and\s+|\s*[&+]\s*)?/i;

/** One name of a list with what explains it in brackets, and the comma or the end behind it. */
const ITEM = /^["'`]?([A-Za-z][\w-]*)["'`]?(?:\s+(?:service|container|sidecar))?(?:\s*\([^()]*\))?\s*(?:,\s*(?:and\s+)?|\band\b\s*|&\s*|\+\s*|\)|$)/i;

/** The services that stand next to a mention in a list: "Web and Realtime", "web, api & worker". */
function grouped(all: readonly Mention[], one: Mention, text: string): readonly string[] {
  const group = [one];
  for (const step of [-1, 1]) {
    for (let at = all.indexOf(one) + step; all[at]; at += step) {
      const [first, second] = step < 0 ? [all[at]!, group[0]!] : [group.at(-1)!, all[at]!];
      if (!/^["'`]?\s*(?:service|container)?\s*(?:,|and|&|\+|\/|,\s*and)\s*(?:the\s+)?["'`]?$/i.test(text.slice(first.end, second.start))) break;
      if (step < 0) group.unshift(all[at]!);
      else group.push(all[at]!);
    }
  }
  return Array.from(new Set(group.flatMap(({ services }) => services.slice(0, 1))));
}

/** Words that name services: by their name, a part of it, another word for it, or their image. */
function servicesIn(text: string, files: readonly File[]): Mention[] {
  const all = files.flatMap(({ node, services }) =>
    services.map((name) => ({
      name,
      image: (textOf(get(node, 'services', name, 'image')) ?? '')
        .replace(/[:@].*$/, '')
        .split('/')
        .at(-1)!,
    })),
  );
  // what follows a colon or stands in a path, a variable or an image is a value
  const nouns = text.replace(
    /\S*(?:[A-Z0-9]_[A-Z0-9]|:\/\/|\w\/\w|\/\w|[\w}]=\w|\w:\d)\S*|(?<![\w-])--?\w\S*|\b\w+(?:-\w+)*:(?=[a-z0-9])\S+|\b[\w.-]+\.(?:ya?ml|md|ts|js|py|sh)\b/g,
    (value) => ' '.repeat(value.length),
  );
  const found: Mention[] = [];
  for (const match of nouns.matchAll(/[A-Za-z][\w-]*/g)) {
    const word = match[0].toLowerCase();
    const services = named(word, all);
    if (services.length > 0) found.push({ start: match.index, end: match.index + match[0].length, services });
  }
  return found;
}

function named(word: string, all: readonly { name: string; image: string }[]): readonly string[] {
  const singular = word.replace(/(.{3,})s$/, '$1');
  const fits = (test: (name: string, image: string) => boolean) =>
    Array.from(new Set(all.filter(({ name, image }) => test(name.toLowerCase(), image.toLowerCase())).map(({ name }) => name)));
  const exact = fits((name) => name === word || name === singular);
  if (exact.length > 0 || NO_SERVICE.has(word) || word.length < 2) return exact;
  const part = fits((name) => name.split(/[-_]/).includes(word));
  if (part.length === 1) return part;
  const others = synonyms(singular).slice(1);
  const other = fits((name, image) => others.includes(name) || image === word || image === singular);
  return other.length === 1 ? other : [];
}

/** Words that mean services only where one has exactly this name. */
const NO_SERVICE = new Set(
  'service services container containers server client model storage cache proxy gateway monitoring dashboard express consumer processor image port ports volume network health check data local dev prod production development add with and for the env file build test from start node nodes scheduler app'.split(
    ' ',
  ),
);

/** Attributes of a service (compose-spec, spec.md) that a story may write as `key: value`. */
const KEYS = new Set(
  'cap_add cap_drop cgroup_parent container_name dns domainname entrypoint expose extra_hosts hostname init ipc isolation logging mac_address mem_limit mem_reservation memswap_limit network_mode oom_kill_disable pid pids_limit platform privileged pull_policy statedAtonly restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal sysctls tmpfs tty ulimits user working_dir'.split(
    ' ',
  ),
);

const either = (...fragments: readonly Expected[]): readonly Expected[] => fragments;
const SET: Expected = { $: 'present' };
const limited = (name: 'memory' | 'cpus', value: Expected): readonly Expected[] =>
  either({ [name === 'memory' ? 'mem_limit' : 'cpus']: value }, { deploy: { resources: { limits: { [name]: value } } } });
const scalar = (text: string): Expected =>
  text === 'true' ? { $: 'oneOf', of: [true, 'true'] } : text === 'false' ? { $: 'oneOf', of: [false, 'false'] } : text;
const portStated = (number: number): Omit<Stated, 'at'> => ({
  says: `has port ${number}`,
  any: [{ ports: [{ $: 'port', number }] }, { expose: [{ $: 'port', number }] }],
});
const envFiles = (file: string): Expected[] => {
  const value: Expected = { $: 'oneOf', of: [file, `./${file}`, { $: 'contains', text: `/${file}` }] };
  return [{ env_file: value }, { env_file: [value] }, { env_file: [{ path: value }] }];
};
const folders = (folder: string): Expected[] => {
  const plain = folder.replace(/^\.\//, '').replace(/\/$/, '');
  const value: Expected = {
    $: 'oneOf',
    of: plain === '' || plain === '.' ? ['.', './'] : [plain, `./${plain}`, `./${plain}/`, `${plain}/`, { $: 'contains', text: `/${plain}` }],
  };
  return [{ build: value }, { build: { context: value } }];
};
const portsShown = (node: Node | undefined): number[] =>
  node?.is === 'list' ? node.items.flatMap((item) => (item.is === 'scalar' ? item.text.split(/[:/]/).map(Number) : [])) : [];

/** Compose's ways to write a size: `512m`, `512M`, `512mb`, `0.5g`. */
function sizesOf(number: string, unit: string): Expected {
  const small = unit.toLowerCase();
  const bytes = Number(number) * 1024 ** ({ k: 1, m: 2, g: 3 }[small] ?? 0);
  const forms = [
    [number, small] as const,
    ...(small === 'g' ? [[String(Number(number) * 1024), 'm'] as const] : []),
    ...(small === 'm' && Number(number) % 1024 === 0 ? [[String(Number(number) / 1024), 'g'] as const] : []),
  ];
  return {
    $: 'oneOf',
    of: [
      bytes,
      ...forms.flatMap(([value, by]) => [
        `${value}${by}`,
        `${value}${by.toUpperCase()}`,
        `${value}${by}b`,
        `${value}${by.toUpperCase()}B`,
        `${value}${by.toUpperCase()}i`,
        `${value}${by.toUpperCase()}iB`,
      ]),
    ],
  };
}
function cpusOf(text: string): Expected {
  const number = Number(text);
  return { $: 'oneOf', of: [number, String(number), number.toFixed(1), number.toFixed(2), text] };
}
