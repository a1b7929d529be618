import type { Check, Expected, FragmentCheck } from '../../checks/check.ts';
import { entriesOf, get, itemsOf, type Node, textOf } from '../../manifest/yaml.ts';
import type { Artefact } from '../artefact.ts';
import { codeIn } from '../code-span.ts';
import { type Context, fragmentOf } from '../context.ts';
import { COMMAND_WORDS, ENV_NAME } from '../lexicon.ts';
import type { Sentence } from '../sentence.ts';
import { commandsThatRun } from '../task-runner.ts';

/** `push trigger on main`, `test job: checkout, setup Node 20, run npm test`: what a workflow of GitHub Actions or a GitLab pipeline must have. */
export function workflowChecks(sentence: Sentence, context: Context, { paths, of }: Artefact): Check[] {
  const files = paths.flatMap((path): File[] => {
    const node = context.inventory.documentsOf(path)[0];
    return node ? [fileOf(path, node)] : [];
  });
  if (files.length === 0) return [];
  return new Reader(sentence, context, files, of === 'each').read();
}

interface File {
  readonly path: string;
  readonly node: Node;
  readonly gitlab: boolean;
  /** ids with what the job calls itself */
  readonly jobs: ReadonlyMap<string, string>;
}

function fileOf(path: string, node: Node): File {
  const jobs = get(node, 'jobs');
  const gitlab = jobs === undefined;
  const all = gitlab ? Array.from(entriesOf(node)).filter(([, { value }]) => get(value, 'script') !== undefined) : Array.from(entriesOf(jobs));
  return { path, node, gitlab, jobs: new Map(all.map(([id, { value }]) => [id, textOf(get(value, 'name')) ?? id])) };
}

interface Mention {
  readonly start: number;
  readonly end: number;
  readonly job: string;
}

/** Something that a job, or the whole workflow, must have: any of these fragments. */
type Wanted = readonly Expected[];

class Reader {
  readonly #sentence: Sentence;
  readonly #context: Context;
  readonly #files: readonly File[];
  readonly #each: boolean;
  readonly #checks: Check[] = [];
  #jobs: readonly Mention[] = [];

  constructor(sentence: Sentence, context: Context, files: readonly File[], each: boolean) {
    this.#sentence = sentence;
    this.#context = context;
    this.#files = files;
    this.#each = each;
  }

  read(): Check[] {
    this.#jobs = this.#mentionedJobs();
    this.#triggers();
    this.#order();
    this.#commands();
    this.#actions();
    this.#setups();
    this.#images();
    this.#tools();
    this.#settings();
    this.#names();
    if (this.#checks.length > 0)
      this.#sentence.takeAll(
        /\b(?:github|gitlab|actions?|workflows?|pipelines?|ci\/cd|ci|cd|jobs?|steps?|stages?|runs?|uses?|triggers?|triggered|branch(?:es)?|automated|automatically|dependencies|login|log in|authenticate|checks?|type-?check(?:s|ing)?|lint(?:s|ing|er)?|formatt?(?:s|ing|er)?|smoke|validation|execute[sd]?|secrets?|tags?|images?|docker|backend|frontend|configure[sd]?|job)\b/i,
      );
    return this.#checks;
  }

  /** One check for something that stands in one job, or, where the sentence names none, in any. */
  #want(at: number, says: string, wanted: Wanted, options: { weak?: boolean; error?: boolean } = {}): void {
    const before = this.#jobs.filter(({ end }) => end <= at).at(-1);
    const job = before ?? (this.#jobs.length === 1 ? this.#jobs[0] : undefined);
    const inFile = (file: File): Check => {
      const scoped = wanted.map((fragment) =>
        file.gitlab
          ? job && file.jobs.has(job.job)
            ? { [job.job]: fragment }
            : fragment
          : { jobs: job && file.jobs.has(job.job) ? { [job.job]: fragment } : fragment },
      );
      return anyOf(
        `${job ? `the job ${job.job}` : file.path} ${says}`,
        scoped.map((fragment) =>
          fragmentOf(`${job ? `the job ${job.job}` : file.path} ${says}`, [{ path: file.path, document: 0 }], fragment, options.error ? 'error' : 'assert'),
        ),
      );
    };
    this.#push(says, this.#files.map(inFile), options.weak);
  }

  #push(says: string, checks: readonly Check[], weak = false): void {
    const marked = checks.map((check) => (weak ? { ...check, weak: true as const } : check));
    if (this.#each) this.#checks.push(...marked);
    else this.#checks.push({ ...anyOf(`a workflow ${says}`, marked), ...(weak ? { weak: true as const } : {}) });
  }

  /** Jobs by id or name; one that is called by its id in the sentence and is in no file is missing. */
  #mentionedJobs(): readonly Mention[] {
    const { text } = this.#sentence;
    const found: Mention[] = [];
    const ids = this.#files.flatMap(({ jobs }) => Array.from(jobs));
    const there = (job: string): FragmentCheck[] =>
      this.#files.map((file) => ({
        ...fragmentOf(`there is a job ${job}`, [{ path: file.path, document: 0 }], file.gitlab ? { [job]: {} } : { jobs: { [job]: {} } }),
        asks: 'existence',
      }));
    const add = (start: number, word: string, explicit: boolean) => {
      if (this.#sentence.isExplained(start, start + word.length)) return;
      const key = plain(word);
      const [job] =
        ids.find(([id, name]) => plain(id) === key || plain(name) === key) ??
        onlyOne(ids.filter(([id, name]) => plain(id).split(' ').includes(key) || plain(name).split(' ').includes(key))) ??
        [];
      if (job !== undefined) {
        found.push({ start, end: start + word.length, job });
        this.#sentence.mark(start, start + word.length);
        this.#push(`has a job ${job}`, there(job));
      } else if (explicit) {
        this.#sentence.mark(start, start + word.length);
        this.#push(`has a job ${word}`, there(word));
      } else this.#checks.push({ is: 'unread', aside: false, says: `no job was found that is called ${word}` });
    };
    const code = codeIn(this.#sentence, this.#context);
    for (const match of text.matchAll(/\b([\w-]+)["'`]?\s+jobs?\b/gi))
      if (
        !/^(?:a|an|the|ci|cd|new|each|every|all|\d+|this|that|matrix|separate|parallel|workflow|actions?|build)$/i.test(match[1]!) ||
        code.some(({ text: span }) => span === match[1])
      )
        add(
          match.index,
          match[1]!,
          code.some(({ text: span }) => span === match[1]),
        );
    // "test and deploy jobs": each of them is one
    const before = /(?<![\w-])((?:["'`]?[\w-]+["'`]?(?:\s*[,/&+]\s*(?:and\s+)?|\s+and\s+)){1,8})["'`]?[\w-]+["'`]?\s+jobs\b/i.exec(text);
    for (const item of before ? before[1]!.matchAll(/[\w-]+/g) : [])
      if (!/^(?:and|a|an|the|separate|parallel|independent|github|ci|cd|ci-cd)$/i.test(item[0]))
        add(
          before!.index + item.index,
          item[0],
          code.some(({ text: span }) => span === item[0]),
        );
    const listed = /\bjobs\s*[:(]\s*([\w-]+(?:\s*(?:,|and|&|\+|→|->)\s*(?:and\s+)?[\w-]+)*)/i.exec(text);
    if (listed) {
      const offset = listed.index + listed[0].length - listed[1]!.length;
      for (const item of listed[1]!.matchAll(/[\w-]+/g)) if (!/^and$/i.test(item[0])) add(offset + item.index, item[0], true);
      this.#sentence.take(/\b\d\s+(?=jobs\b)/);
      return []; // a list of jobs is no scope for what follows
    }
    return found.sort((a, b) => a.start - b.start);
  }

  #triggers(): void {
    const sentence = this.#sentence;
    const { text } = sentence;
    const triggering = /\btrigger|\bon\b|\bwhen\b|\bruns? (?:on|for)\b/i.test(text);
    for (const [event, pattern] of EVENTS) {
      const match = triggering ? sentence.take(pattern) : undefined;
      if (!match) continue;
      const after = text.slice(match.index + match[0].length);
      const branch =
        /^\s*(?:events?\s+|triggers?\s+)*(?:to|on|against|targeting|into|for|of)\s+(?:the\s+)?["'`]?([\w./*-]+)["'`]?(?:\s*(?:\/|,|and|or)\s*["'`]?(main|master|develop|dev|staging|[\w-]+(?=["'`]?\s+branch))["'`]?)?(?:\s+branch(?:es)?)?/i.exec(
          after,
        );
      const branches = branch
        ? branch
            .slice(1)
            .filter(
              (name) =>
                name !== undefined &&
                !/^(?:a|all|any|every|each|version|release|tags?|pull|push|the|ghcr|ecr|registry|docker|git)$/i.test(name) &&
                !/\./.test(name),
            )
        : [];
      if (branch && branches.length > 0) sentence.mark(match.index + match[0].length, match.index + match[0].length + branch[0].length);
      this.#event(event, branches as string[]);
    }
    const cron = sentence.take(/["'`]((?:[\d*/,-]+\s+){4}[\d*/,A-Z-]+)["'`]/);
    if (cron)
      this.#push(
        `runs at ${cron[1]}`,
        this.#files.map((file) =>
          fragmentOf(`${file.path} runs at ${cron[1]}`, [{ path: file.path, document: 0 }], { on: { schedule: [{ cron: cron[1]! }] } }),
        ),
      );
    const tags = triggering
      ? sentence.take(/\b(?:version\s+|release\s+|git\s+)?tags?\s*["'`(]*\s*(v?\*[\w.*-]*|v\[[^\]]+\][\w.*[\]-]*)?["'`)]*(?=\s|$|[,;.])/i)
      : undefined;
    if (tags && /\b(?:on|trigger\w*|push\w*)\b/i.test(text.slice(0, tags.index)) && !/\bimages?\b/i.test(text.slice(0, tags.index)))
      this.#push(
        `runs on tags`,
        this.#files.map((file) =>
          fragmentOf(`${file.path} runs on tags${tags[1] ? ` ${tags[1]}` : ''}`, [{ path: file.path, document: 0 }], {
            on: { push: { tags: tags[1] ? [tags[1]] : { $: 'present' } } },
          }),
        ),
      );
    const filters = sentence.take(/\bpath\s*filters?\b|\bpaths?\s+filter(?:ed|ing)?\b/i);
    if (filters) {
      const named = sentence.takeAll(/(?<![\w.])((?:[\w.-]+\/)+\*{1,2})/).map(([path]) => path);
      const values = named.length > 0 ? named.map((path): Expected => [{ $: 'contains', text: path }]) : [{ $: 'present' as const }];
      for (const value of values)
        this.#push(
          'filters by path',
          this.#files.map((file) => fragmentOf(`${file.path} filters by path`, [{ path: file.path, document: 0 }], { on: { $: 'deep', key: 'paths', value } })),
        );
    }
    // "When a pull request is opened against main, Then GitHub Actions runs ..."
    const whole = [this.#context.claim.text, ...this.#context.before().slice(0, 1)].find((said) => said !== text && said.includes(text)) ?? '';
    const when = /\bwhen\b[^.]*?\b(pull request|PR|push|commit|merge)\w*\b[^,.]*?\b(?:against|to|into|targeting)\s+(?:the\s+)?["'`]?([\w/-]+)["'`]?/i.exec(
      whole,
    );
    if (when && !/^(?:a|the|github|registry|production)$/i.test(when[2]!)) this.#event(/^(?:pull|PR)/i.test(when[1]!) ? 'pull_request' : 'push', [when[2]!]);
  }

  #event(event: string, branches: readonly string[]): void {
    const checks = this.#files.map((file): Check => {
      const target = [{ path: file.path, document: 0 }];
      if (file.gitlab) return { is: 'unread', aside: false, says: `whether ${file.path} runs on ${event} was not read` };
      const on = get(file.node, 'on');
      const own = get(on, event);
      const limited = get(own, 'branches') !== undefined || get(own, 'branches-ignore') !== undefined || (event === 'push' && get(own, 'tags') !== undefined);
      const plainEvent = anyOf(
        `${file.path} runs on ${event}`,
        [{ on: event }, { on: [event] }, { on: { [event]: {} } }].map((fragment) => fragmentOf(`${file.path} runs on ${event}`, target, fragment)),
      );
      if (branches.length === 0 || own === undefined || !limited) return plainEvent;
      const says = `${file.path} runs on ${event} for ${branches.join(', ')}`;
      return fragmentOf(says, target, { on: { [event]: { branches: branches.map((branch): Expected => ({ $: 'oneOf', of: [branch, '**', '*'] })) } } });
    });
    this.#push(`runs on ${event}`, checks);
  }

  /** `needs backend and frontend`. */
  #order(): void {
    const match = /\b(?:needs|depends on|after)\s+(?:the\s+)?(?:jobs?\s+)?([\w-]+(?:\s*(?:,|and|&|\+)\s*[\w-]+)*)/i.exec(this.#sentence.text);
    const names = (match?.[1] ?? '').split(/\s*(?:,|\band\b|&|\+)\s*/).filter((name) => this.#files.some(({ jobs }) => jobs.has(name)));
    if (!match || names.length === 0) return;
    this.#sentence.mark(match.index, match.index + match[0].length);
    for (const name of names)
      this.#want(match.index, `needs ${name}`, [
        { needs: name },
        { needs: [name] },
        { $: 'deep', key: 'needs', value: name },
        { $: 'deep', key: 'needs', value: [name] },
      ]);
  }

  /** Commands in code, or after "run". */
  #commands(): void {
    const sentence = this.#sentence;
    for (const { start, end, text } of codeIn(sentence, this.#context)) {
      if (sentence.isExplained(start, end) || !isCommand(text)) continue;
      sentence.mark(start, end);
      this.#runs(start, text);
    }
    for (const match of sentence.takeAll(
      new RegExp(
        `\\b(?:runs?|executes?|via)\\s+((?:${COMMAND_WORDS})\\s+(?:run\\s+)?(?!and\\b|or\\b|with\\b|on\\b|in\\b|for\\b|to\\b|from\\b|via\\b|tests?\\b|checks?\\b)[a-z][\\w:./-]*(?:\\s+--?[\\w=./-]+)*)`,
        'i',
      ),
    ))
      this.#runs(match.index, match[1]!);
    for (const match of sentence.takeAll(
      /\b((?:npm|pnpm|yarn)\s+(?:run\s+)?(?!run\b|and\b|or\b|cach|lock|setup|workspace|audit level)[a-z][\w:-]*|go\s+(?:test|build|vet)|docker\s+(?:compose\s+)?(?:build|push)|cargo\s+\w+|mvnw?\s+[\w ]+|make\s+[a-z][\w-]*)(?=$|[\s,;.)])/,
    ))
      this.#runs(match.index, match[1]!);
    const folder = sentence.take(/\bin\s+(?:the\s+)?["'`]?([\w.-]+(?:\/[\w.-]+)*\/|(?<=["'`])[\w./-]+(?=["'`]))["'`]?(?:\s+(?:directory|folder))?/i);
    if (folder) {
      const path = folder[1]!.replace(/^\.\/|\/$/g, '');
      this.#want(folder.index, `works in ${path}`, [
        { $: 'deep', key: 'working-directory', value: { $: 'somewhere', text: path } },
        { $: 'deep', key: 'run', value: { $: 'runs', words: ['cd', path] } },
        { $: 'deep', key: 'run', value: { $: 'somewhere', text: path } },
        { $: 'deep', key: 'with', value: { $: 'somewhere', text: path } },
      ]);
    }
  }

  #runs(at: number, command: string): void {
    const words = command.split(/\s+/).filter((word) => word !== '');
    this.#want(at, `runs ${command}`, runsAny([words, ...commandsThatRun(this.#context.inventory, words)]), { weak: leavesWork(this.#files) });
  }

  /** `docker/build-push-action@v5`, checkout, cache, artifacts. */
  #actions(): void {
    const sentence = this.#sentence;
    const named = sentence.takeWhere(
      /(?<![\w/.:-])([a-z0-9][\w-]*\/(?!\*)[\w.-]+(?:\/[\w.-]+)*)(?:@([\w.-]*\w))?(?=$|[\s,;.)])/i,
      ([whole, action]) =>
        !this.#context.inventory.paths.has(whole) &&
        !/^(?:ci\/cd|and\/or|[A-Z]+\/[A-Z]+|linux\/\w+|type\/\w+|build\/push|lint\/test\w*)$/i.test(whole) &&
        looksLikeAction(action!, this.#files),
    );
    for (const { index, 1: action, 2: version } of named) this.#uses(index!, [version ? `${action}@${version}` : action!]);
    for (const [pattern, actions, commands] of STEPS) {
      const match = sentence.take(pattern);
      if (match)
        this.#want(
          match.index,
          `has a step for ${match[0].trim()}`,
          [...actions.map(usesFragment), ...runsAny(commands.map((command) => command.split(' ')))],
          { weak: commands.length === 0 && actions.length < 2 ? false : true },
        );
    }
  }

  #uses(at: number, actions: readonly string[]): void {
    this.#want(at, `uses ${actions[0]}`, actions.map(usesFragment));
  }

  /** `setup Node 20`: the step and its version, where the file gives one by itself. */
  #setups(): void {
    for (const [name, pattern, actions, key] of SETUPS) {
      const match = this.#sentence.take(pattern);
      if (!match) continue;
      const version = match.slice(1).find((value) => value !== undefined);
      this.#want(match.index, `sets up ${name}`, actions.map(usesFragment));
      if (version === undefined) continue;
      const literal = this.#files.some(({ node }) => Array.from(values(node, key)).some((value) => !/\$\{\{/.test(value)));
      if (literal) this.#want(match.index, `sets up ${name} ${version}`, [{ $: 'deep', key, value: { $: 'somewhere', text: version } }]);
      else this.#checks.push({ is: 'unread', aside: false, says: `which version of ${name} is set up stands elsewhere` });
    }
  }

  #images(): void {
    const sentence = this.#sentence;
    const noPush = sentence.take(/\b(?:no|without|not)\s+push(?:ing|ed)?\b|\bbuild\s+(?:validation\s+)?only\b(?:,?\s*no push)?/i);
    if (noPush) {
      sentence.takeAll(/\bno push\b|\bbuild validation only\b|\bonly\b/i);
      for (const fragment of PUSHES) this.#want(noPush.index, 'pushes nothing', [fragment], { error: true });
    }
    const build = sentence.take(
      /\bbuild(?:s|ing)?\s+(?:and\s+push(?:es)?\s+)?(?:the\s+|a\s+|both\s+|all\s+)?(?:multi-arch\s+)?(?:docker|container|oci|backend|frontend|production)?\s*(?:and\s+\w+\s+)?(?:images?|containerfile|dockerfile)\b/i,
    );
    if (build) this.#want(build.index, 'builds an image', BUILDS);
    const push = noPush
      ? undefined
      : (sentence.take(
          /\bpush(?:es|ed|ing)?\s+(?:(?:it|them|both\s+\w+|the\s+images?|images?|tags)\s+)?to\s+(?:the\s+)?["'`]?((?:[\w-]+\.)+[a-z]{2,}(?:\/[\w./-]+)?|GHCR|ECR|GCR|ACR|Docker\s?Hub|GitHub Container Registry|Quay|(?:container\s+)?registry)\b["'`]?/i,
        ) ?? (/\bpush(?:es)?\b/i.test(build?.[0] ?? '') ? build : undefined));
    if (push) {
      this.#want(push.index, 'pushes an image', PUSHES);
      const registry =
        push[1] === undefined ? undefined : (REGISTRIES[push[1].toLowerCase().replace(/\s/g, '')] ?? (/\./.test(push[1]) ? [push[1]] : undefined));
      if (registry) this.#place(`names ${push[1]}`, registry);
    }
    const sha = sentence.take(
      /<?\b(short[\s-]+)?(?:git\s+|commit\s+)?(?:sha|commit hash)\b>?(?:\s+tags?)?|\btagged with (?:the\s+)?(?:git\s+|commit\s+)sha\b/i,
    );
    if (sha) this.#place(`tags by ${sha[0].trim()}`, sha[1] ? SHORT_SHA : LONG_SHA);
    const latest = sentence.has(/\btags?\b|\bimage/i) ? sentence.take(/["'`]?\blatest\b["'`]?(?:\s+tag)?/) : undefined;
    if (latest) this.#place('tags latest', ['latest']);
    const hosts = sentence.takeAll(
      /\b(?:to|with|at|from|on)\s+((?:ghcr|quay|docker|gcr|registry|[\w-]+\.dkr\.ecr)\.[\w.-]*[a-z]{2,}(?:\/[\w./-]+)?)\b|\bto\s+(GHCR|ECR|Docker\s?Hub)\b/i,
    );
    for (const host of hosts) this.#place(`names ${host[1] ?? host[2]}`, host[1] ? [host[1]] : REGISTRIES[host[2]!.toLowerCase().replace(/\s/g, '')]!);
    for (const platform of sentence.takeAll(/\blinux\/(?:amd64|arm64)\b/)) this.#place(`builds for ${platform[0]}`, [platform[0]]);
  }

  /** Text that must stand somewhere in the workflow: its `env` counts as well as its jobs. A name of several parts may be put together from variables. */
  #place(says: string, texts: readonly string[]): void {
    const whole = this.#files.map((file) => {
      const target = [{ path: file.path, document: 0 }];
      const direct = texts.map((text) => fragmentOf(`${file.path} ${says}`, target, { $: 'somewhere', text }));
      const [only] = texts;
      const parts = texts.length === 1 && only!.includes('/') ? only!.split('/') : [];
      const split = parts.length > 1 ? [parts.slice(0, -1).join('/'), parts.at(-1)!] : [];
      if (split.length > 0 && split.every((part) => mentions(file.node, part)))
        return fragmentOf(`${file.path} ${says}`, target, { $: 'somewhere', text: split[0]! });
      return anyOf(`${file.path} ${says}`, direct);
    });
    this.#push(says, whole);
  }

  /** Tools by name: a step runs them, or a script that runs them, or uses their action. */
  #tools(): void {
    for (const match of this.#sentence.takeAll(TOOL)) {
      const tool = match[1]!.toLowerCase().replace(/\s+/g, '');
      const words = [TOOL_COMMANDS[tool] ?? tool];
      this.#want(match.index, `runs ${match[1]}`, [...runsAny([words, ...commandsThatRun(this.#context.inventory, words)]), usesFragment(tool)], {
        weak: leavesWork(this.#files),
      });
    }
    for (const [pattern, texts] of ACTIVITIES) {
      const match = this.#sentence.take(pattern);
      if (match)
        this.#want(
          match.index,
          `does ${match[0]}`,
          texts.flatMap((text): Expected[] => [
            { $: 'deep', key: 'run', value: { $: 'somewhere', text } },
            { $: 'deep', key: 'script', value: { $: 'somewhere', text } },
            { $: 'deep', key: 'uses', value: { $: 'somewhere', text } },
          ]),
          { weak: true },
        );
    }
  }

  #settings(): void {
    const sentence = this.#sentence;
    const timeout = sentence.take(/\btimeout(?:-minutes)?\s*(?:to|of|[:=])?\s*(\d+)\s*(?:min(?:ute)?s?)?\b|\b(\d+)[\s-]min(?:ute)?s?\s+timeout\b/i);
    if (timeout)
      this.#want(timeout.index, `stops after ${timeout[1] ?? timeout[2]} minutes`, [
        { $: 'deep', key: 'timeout-minutes', value: Number(timeout[1] ?? timeout[2]) },
      ]);
    const runner = sentence.take(/\b(?:runs?[\s-]on|runner)\s*[:=]?\s*["'`]?((?:ubuntu|windows|macos)-[\w.]+|self-hosted)["'`]?/i);
    if (runner) this.#want(runner.index, `runs on ${runner[1]}`, [{ $: 'deep', key: 'runs-on', value: { $: 'somewhere', text: runner[1]! } }]);
    const permissions = sentence.takeAll(
      /\b((?:packages|contents|id-token|pages|pull-requests|security-events|issues|actions|checks|deployments))\s*:\s*(read|write)\b/,
    );
    for (const { 1: name, 2: access } of permissions)
      this.#push(
        `may ${access} ${name}`,
        this.#files.map((file) =>
          fragmentOf(`${file.path} may ${access} ${name}`, [{ path: file.path, document: 0 }], { $: 'deep', key: 'permissions', value: { [name!]: access! } }),
        ),
      );
    if (sentence.take(/\bconcurrency\b(?:\s+(?:group|control))?/i))
      this.#push(
        'limits concurrency',
        this.#files.map((file) =>
          fragmentOf(`${file.path} limits concurrency`, [{ path: file.path, document: 0 }], { $: 'deep', key: 'concurrency', value: { $: 'present' } }),
        ),
      );
    const cache = sentence.take(
      /\b(?:(npm|pnpm|yarn|pip|maven|gradle|go|cargo|uv|poetry|docker|layer|build|dependency|dependencies)\s+)?cach(?:e|es|ed|ing)\b/i,
    );
    if (cache) {
      const named = cache[1] && !/^(?:layer|build|docker|dependency|dependencies)$/i.test(cache[1]) ? cache[1].toLowerCase() : undefined;
      const kept: Expected = named ? { $: 'somewhere', text: named } : { $: 'present' };
      this.#want(cache.index, `caches ${named ?? 'something'}`, [
        { $: 'deep', key: 'cache', value: kept },
        { $: 'deep', key: 'cache-from', value: { $: 'present' } },
        { $: 'deep', key: 'enable-cache', value: { $: 'present' } },
        usesFragment('actions/cache'),
      ]);
    }
    const environment = sentence.take(/\benvironment\s*[:=]?\s*["'`]([\w-]+)["'`]|["'`]([\w-]+)["'`]\s+environment\b/i);
    if (environment)
      this.#want(environment.index, `uses the environment ${environment[1] ?? environment[2]}`, [
        { $: 'deep', key: 'environment', value: { $: 'somewhere', text: (environment[1] ?? environment[2])! } },
      ]);
    if (sentence.take(/\bmatrix\b/i)) this.#want(0, 'has a matrix', [{ $: 'deep', key: 'matrix', value: { $: 'present' } }]);
  }

  /** Secrets and variables by name. */
  #names(): void {
    const sentence = this.#sentence;
    const secret = sentence.has(/\bsecrets?\b/i);
    for (const match of sentence.takeAll(new RegExp(`(?<![\\w.])(?:secrets\\.)?(${ENV_NAME})\\b(?:\\s*=\\s*["'\`]?([\\w./:-]+))?`))) {
      const [, name, value] = match;
      if (secret && value === undefined) this.#place(`uses the secret ${name}`, [`secrets.${name}`]);
      else if (value === undefined) this.#place(`sets ${name}`, [name!]);
      else this.#want(match.index, `sets ${name}=${value}`, [{ $: 'deep', key: name!, value }]);
    }
    if (this.#checks.length > 0) sentence.takeAll(/\bpassing\b|\b(?:as\s+)?build[\s-]arg(?:ument)?s?\b/i);
  }
}

const anyOf = (says: string, of: readonly Check[]): Check => (of.length === 1 ? of[0]! : { is: 'any', says, of });
const usesFragment = (action: string): Expected => ({ $: 'deep', key: 'uses', value: { $: 'somewhere', text: action } });
const runsAny = (commands: readonly (readonly string[])[]): Expected[] =>
  commands.flatMap((words): Expected[] => [
    { $: 'deep', key: 'run', value: { $: 'runs', words } },
    { $: 'deep', key: 'script', value: { $: 'runs', words } },
    { $: 'deep', key: 'before_script', value: { $: 'runs', words } },
  ]);
const isCommand = (text: string): boolean => new RegExp(`^(?:${COMMAND_WORDS}|uv|poetry|bun|\\./[\\w./-]+)\\s+\\S`).test(text) || /^\.\/[\w./-]+\w$/.test(text);
const plain = (word: string): string =>
  word
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
const onlyOne = <T>(found: readonly T[]): T | undefined => (found.length === 1 ? found[0] : undefined);
/** A word with a slash is an action when a file of the repository uses one of its owner, or when it is called so. */
const looksLikeAction = (action: string, files: readonly File[]): boolean =>
  /-action(?:s)?\b|^actions\/|^docker\/|^github\/|^aws-actions\/|^azure\/|^google-github-actions\/|^redhat-actions\//i.test(action) ||
  files.some(({ node }) => Array.from(values(node, 'uses')).some((uses) => uses.startsWith(`${action}@`)));

function* values(node: Node, key: string): Iterable<string> {
  if (node.is === 'list') for (const item of node.items) yield* values(item, key);
  if (node.is !== 'map') return;
  for (const [name, { value }] of node.entries) {
    const text = textOf(value);
    if (name === key && text !== undefined) yield text;
    else yield* values(value, key);
  }
}

function mentions(node: Node, text: string): boolean {
  if (node.is === 'scalar') return node.text.toLowerCase().includes(text.toLowerCase());
  if (node.is === 'list') return node.items.some((item) => mentions(item, text));
  return Array.from(node.entries.values()).some(({ value }) => mentions(value, text));
}

/** Whether a workflow leaves work to what was not read: another workflow, an action of the repository itself, a script. */
const leavesWork = (files: readonly File[]): boolean =>
  files.some(
    ({ node }) =>
      Array.from(values(node, 'uses')).some((uses) => uses.startsWith('./') || /\.ya?ml@/.test(uses)) ||
      Array.from(values(node, 'run')).some((run) => /\.sh\b|\b(?:tox|nox|task|just|turbo|nx|pre-commit|earthly|dagger|gradlew?|mvnw?)\b/.test(run)) ||
      get(node, 'include') !== undefined ||
      itemsOf(get(node, 'include')).length > 0,
  );

const EVENTS: readonly (readonly [string, RegExp])[] = [
  ['pull_request', /\bpull[_\s-]requests?(?:\s+triggers?)?\b|\bPRs?\b(?:\s+triggers?)?/],
  [
    'push',
    /\bpush(?:es)?\b(?:\s+(?:triggers?|events?))?(?=\s*(?:triggers?|events?|to\b|on\b|into\b|\+|and\b|,|\/|or\b|$|\)))(?!\s+to\s+(?:the\s+)?(?:\S+\.\w|GHCR|ECR|GCR|ACR|Docker|registry|a\b|container|quay|github container))/i,
  ],
  ['workflow_dispatch', /\bworkflow_dispatch\b(?:\s+triggers?)?(?:\s+for\s+manual\s+runs?)?|\bmanual(?:ly)?\s+(?:trigger(?:ed|s)?|dispatch|runs?)\b/i],
  ['schedule', /\b(?:on\s+a\s+)?schedule[ds]?\b(?:\s+triggers?)?|\bcron\b(?:\s+(?:triggers?|schedule))?/i],
  ['release', /\bon\s+(?:github\s+)?releases?\b/i],
];

const STEPS: readonly (readonly [RegExp, readonly string[], readonly string[]])[] = [
  [/\bcheck(?:s\s+)?out\b(?:\s+(?:the\s+)?(?:code|repo\w*|source))?(?:\s+step)?/i, ['actions/checkout'], ['git clone', 'git fetch']],
  [/\bupload(?:s|ed)?\s+(?:\w+\s+)?artifacts?\b/i, ['actions/upload-artifact'], []],
  [/\bdownload(?:s|ed)?\s+(?:\w+\s+)?artifacts?\b/i, ['actions/download-artifact'], []],
  [
    /\b(?:deploy(?:s|ed)?\s+(?:[\w\s]{0,30}?\s)?to\s+)?git\s?hub pages\b/i,
    ['actions/deploy-pages', 'peaceiris/actions-gh-pages', 'JamesIves/github-pages-deploy-action'],
    ['gh-pages'],
  ],
  [/\b(?:docker\s+)?buildx\b/i, ['docker/setup-buildx-action'], ['docker buildx']],
  [/\bupload(?:s)?\s+coverage\b|\bcodecov\b/i, ['codecov/codecov-action'], ['codecov']],
];

const SETUPS: readonly (readonly [string, RegExp, readonly string[], string])[] = [
  [
    'Node',
    /\bset(?:up|s up|-up| up)[\s-]+node(?:\.?js)?\b\s*(?:v(?:ersion)?\s*)?\(?(\d+(?:\.\d+)*)?|\bnode(?:\.js)?\s+(\d+(?:\.\d+)*)\b/i,
    ['actions/setup-node'],
    'node-version',
  ],
  [
    'Python',
    /\bset(?:up|s up|-up| up)[\s-]+python\b\s*(?:v(?:ersion)?\s*)?\(?(\d+(?:\.\d+)*)?|\bpython\s+(\d+\.\d+)\b/i,
    ['actions/setup-python', 'astral-sh/setup-uv'],
    'python-version',
  ],
  ['Go', /\bset(?:up|s up|-up| up)[\s-]+go(?:lang)?\b\s*(?:v(?:ersion)?\s*)?\(?(\d+(?:\.\d+)*)?|\bgo\s+(\d+\.\d+)\b/i, ['actions/setup-go'], 'go-version'],
  [
    'Java',
    /\bset(?:up|s up|-up| up)[\s-]+(?:java|jdk)\b\s*(?:\(?(?:temurin|zulu|corretto)\s+)?\(?(\d+)?|\b(?:java|jdk)\s+(\d+)\b/i,
    ['actions/setup-java'],
    'java-version',
  ],
  ['Helm', /\bset(?:up|s up|-up| up)[\s-]+helm\b/i, ['azure/setup-helm'], 'version'],
  ['kubectl', /\bset(?:up|s up|-up| up)[\s-]+kubectl\b/i, ['azure/setup-kubectl'], 'version'],
  ['uv', /\bset(?:up|s up|-up| up)[\s-]+uv\b/i, ['astral-sh/setup-uv'], 'version'],
  ['pnpm', /\b(?:set(?:up|s up|-up| up)[\s-]+pnpm|pnpm[\s/-]setup)\b/i, ['pnpm/action-setup'], 'version'],
];

const BUILDS: Wanted = [
  ...['docker/build-push-action', 'docker/bake-action', 'redhat-actions/buildah-build', 'kaniko', 'ko-build/setup-ko'].map(usesFragment),
  ...runsAny([
    ['docker', 'build'],
    ['docker', 'buildx', 'build'],
    ['docker', 'compose', 'build'],
    ['docker-compose', 'build'],
    ['buildah', 'bud'],
    ['buildah', 'build'],
    ['podman', 'build'],
    ['make', 'docker-build'],
  ]),
];
const PUSHES: Wanted = [
  { $: 'deep', key: 'push', value: { $: 'oneOf', of: [true, 'true', { $: 'contains', text: '${{' }] } },
  usesFragment('redhat-actions/push-to-registry'),
  ...runsAny([
    ['docker', 'push'],
    ['podman', 'push'],
    ['buildah', 'push'],
    ['docker', 'buildx', 'build', '--push'],
    ['docker', 'compose', 'push'],
    ['crane', 'push'],
    ['skopeo', 'copy'],
  ]),
];
const REGISTRIES: Readonly<Record<string, readonly string[]>> = {
  ghcr: ['ghcr.io'],
  githubcontainerregistry: ['ghcr.io'],
  ecr: ['ecr', 'amazon-ecr-login'],
  gcr: ['gcr.io', 'pkg.dev'],
  acr: ['azurecr.io'],
  dockerhub: ['docker.io', 'DOCKERHUB_USERNAME', 'DOCKER_USERNAME', 'DOCKERHUB_TOKEN', 'DOCKER_HUB_USERNAME'],
  quay: ['quay.io'],
};
const LONG_SHA = ['github.sha', 'GITHUB_SHA', 'type=sha', 'CI_COMMIT_SHA', 'CI_COMMIT_SHORT_SHA', 'rev-parse'];
const SHORT_SHA = ['rev-parse --short', 'type=sha', 'CI_COMMIT_SHORT_SHA', 'short_sha', 'sha_short', 'short-sha', 'GITHUB_SHA::', 'sha::'];

const TOOL =
  /\b(ruff|mypy|pytest|eslint|prettier|vitest|jest|playwright|cypress|tsc|flake8|black|isort|bandit|pylint|pyright|golangci-lint|gofmt|shellcheck|hadolint|yamllint|kubeconform|kubeval|kube-linter|trivy|snyk|semgrep|gitleaks|codeql|clippy|mdbook|lighthouse|k6|helm lint|tox|nox|svelte-check|stylelint|biome|checkov|tflint|pip-audit|safety|sonarcloud|sonarqube)\b/i;
const TOOL_COMMANDS: Readonly<Record<string, string>> = { lighthouse: 'lhci' };
const ACTIVITIES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/\blint(?:s|ing|er)?\b(?:\s+(?:checks?|steps?|stage))?/i, ['lint', 'ruff', 'eslint', 'flake8', 'golangci-lint', 'biome']],
  [/\btype-?\s?check(?:s|ing)?\b/i, ['typecheck', 'type-check', 'tsc', 'mypy', 'pyright']],
  [/\b(?:unit\s+|integration\s+)?tests?\b(?:\s+(?:suite|steps?|stage))?/i, ['test', 'tests', 'pytest', 'vitest', 'jest']],
];
