import type { Check, Expected } from '../../checks/check.ts';
import { fragmentOf } from '../context.ts';
import { ENV_NAME } from '../lexicon.ts';
import { Sentence } from '../sentence.ts';
import { asked, containerTargets, podTargets, type Shape, takeQuantifier, whose } from '../shape.ts';

const CPU = /\bcpu\b(?:\s+(?:requests?|limits?))?\s*(?:[=:]|of|is)?\s*(\d+(?:\.\d+)?m?)\b|\b(\d+(?:\.\d+)?m?)\s*(?:v?CPUs?|cores?)\b/i;
const MEMORY =
  /\b(?:memory|mem|ram)\b(?:\s+(?:requests?|limits?))?\s*(?:[=:]|of|is)?\s*(\d+(?:\.\d+)?\s?(?:[KMGT]i?B?))\b|\b(\d+(?:\.\d+)?\s?[KMGT]i?B?)\s*(?:of )?(?:memory|mem|ram)\b/i;

/** `Resource requests: cpu=250m, memory=512Mi`; `250m/512Mi requests, 500m/1Gi limits`; `requests and limits defined`. */
export const resources: Shape = (sentence, context) => {
  const said = sentence.has(
    /\b(?:resource|cpu|memory)s?\s*(?:requests?|limits?|reservations?)|\brequests?\s*(?:and|&|\/|or)\s*limits?|\blimits?\s*(?:and|&|\/|or)\s*requests?|\b(?:requests?|limits?)\s*[:(]\s*(?:cpu|memory|mem\b|\d)|\bresources?\s*[:(]\s*(?:requests?|limits?|cpu)/i,
  );
  if (!said || sentence.has(/\bcommented[- ]out\b|\bas comments?\b/i)) return [];
  const wanted: Record<string, Record<string, Expected>> = {};
  // "50m/200m CPU, 64Mi/128Mi memory": request and limit of one resource
  for (const [name, pattern] of [
    ['cpu', /(\d+(?:\.\d+)?m?)\s*\/\s*(\d+(?:\.\d+)?m?)\s*(?:v?CPUs?|cores?)\b|\bcpu\s*[:=]?\s*(\d+(?:\.\d+)?m?)\s*\/\s*(\d+(?:\.\d+)?m?)\b/i],
    ['memory', /(\d+\s?[KMGT]i?)\s*\/\s*(\d+\s?[KMGT]i?)\s*(?:memory|mem|ram)?\b/i],
  ] as const) {
    const match = sentence.has(/\brequests?\b.*\blimits?\b|\blimits?\b.*\brequests?\b/i) ? undefined : sentence.take(pattern);
    if (!match) continue;
    const [low, high] = match.slice(1).filter((value) => value !== undefined);
    (wanted['requests'] ??= {})[name] = quantity(low!);
    (wanted['limits'] ??= {})[name] = quantity(high!);
  }
  const paired = Object.keys(wanted).length > 0;
  const pieces = paired ? [] : sentence.text.split(/(?=\b(?:requests?|limits?|reservations?)\b)/i);
  const want = (side: string, name: string, value: Expected) => {
    (wanted[side] ??= {})[name] = value;
  };
  let offset = 0;
  const open: { text: string; start: number; side: string | undefined }[] = pieces.map((text) => {
    const piece = { text, start: offset, side: /^(requests?|reservations?)/i.test(text) ? 'requests' : /^limits?/i.test(text) ? 'limits' : undefined };
    offset += text.length;
    return piece;
  });
  for (const [index, piece] of open.entries()) {
    const side = piece.side ?? open[index + 1]?.side;
    if (!side) continue;
    // "250m CPU request, 500m limit": values before the word belong to it, values after a colon to the word before it
    const values =
      piece.side === undefined || /^\w+\s*[:=(]|^\w+\s+(?:of\s+)?(?:cpu|mem|\d)/i.test(piece.text) || index === open.length - 1
        ? piece.text
        : piece.text.replace(/^[^:=(]*$/, '');
    const cpu = CPU.exec(values);
    const memory = MEMORY.exec(values);
    const pair = /^\w+\s*[:=(]?\s*(\d+(?:\.\d+)?m?)\s*(?:\/|,|\+|and)\s*(\d+(?:\.\d+)?\s?[KMGT]i?)\b/i.exec(values);
    if (cpu) want(side, 'cpu', quantity(cpu[1] ?? cpu[2]!));
    if (memory) want(side, 'memory', quantity(memory[1] ?? memory[2]!));
    if (!cpu && !memory && pair) {
      want(side, 'cpu', quantity(pair[1]!));
      want(side, 'memory', quantity(pair[2]!));
    }
    for (const found of [cpu, memory, pair])
      if (found) sentence.mark(piece.start + piece.text.indexOf(found[0]), piece.start + piece.text.indexOf(found[0]) + found[0].length);
  }
  for (const { side } of open) if (side && !wanted[side]) wanted[side] = bare(sentence);
  sentence.takeAll(/\b(?:resources?|cpu|memory|requests?|limits?|reservations?|containers?|pods?|defined|specified|deployments?|workloads?|components?)\b/i);
  takeQuantifier(sentence);
  const found = context.containers();
  const says = `${whose(found.map(({ workload }) => workload))} has resources ${JSON.stringify(wanted).replaceAll('{"$":"present"}', 'set').replaceAll('"', '')}`;
  return [fragmentOf(says, containerTargets(found), { resources: wanted }, 'assert', asked(sentence, found))];
};

/** What "limits defined" means when no value is given: those of CPU and memory that are named, else any. */
function bare(sentence: Sentence): Record<string, Expected> {
  const named = ['cpu', 'memory'].filter((name) => sentence.has(new RegExp(`\\b${name}\\b`, 'i')));
  return Object.fromEntries(named.map((name) => [name, { $: 'present' as const }]));
}

const quantity = (text: string): string => text.replace(/\s|B$/gi, '');

const PROBES = { liveness: 'livenessProbe', readiness: 'readinessProbe', startup: 'startupProbe' } as const;
const TIMINGS: readonly (readonly [string, RegExp])[] = [
  [
    'initialDelaySeconds',
    /\binitial[\s-]?delay(?:[\s-]?seconds)?\s*(?:[=:]|of|is)?\s*(\d+)\s?s?(?:ec(?:ond)?s?)?\b|\b(\d+)\s?s(?:ec(?:ond)?s?)?\s+(?:initial\s+)?delay\b/i,
  ],
  [
    'periodSeconds',
    /\bperiod(?:[\s-]?seconds)?\s*(?:[=:]|of|is)?\s*(\d+)\s?s?(?:ec(?:ond)?s?)?\b|\b(?:every|interval(?:\s*(?:of|[=:]))?)\s*(\d+)\s?s(?:ec(?:ond)?s?)?\b|\b(\d+)\s?s(?:ec(?:ond)?s?)?\s+(?:period|interval)\b/i,
  ],
  ['timeoutSeconds', /\btimeout(?:[\s-]?seconds)?\s*(?:[=:]|of|is)?\s*(\d+)\s?s?(?:ec(?:ond)?s?)?\b|\b(\d+)\s?s(?:ec(?:ond)?s?)?\s+timeout\b/i],
  ['failureThreshold', /\bfailure[\s-]?threshold\s*(?:[=:]|of|is)?\s*(\d+)\b|\b(\d+)\s+failures?\b/i],
  ['successThreshold', /\bsuccess[\s-]?threshold\s*(?:[=:]|of|is)?\s*(\d+)\b/i],
];

/** `Implement a /health endpoint for liveness probes`: what the program must answer, which no probe shows. */
const MAKES_ENDPOINT = /^(?:\S+\s+)?(?:implement|create|add|build|develop|write|expose|provide)(?:s|e?d|ing)?\b[^.;]{0,60}\bendpoints?\b/i;

/** `Liveness probe: HTTP GET /health, initialDelaySeconds=30`; `readiness and liveness probes on /healthz`; `Liveness probe: None`. */
export const probes: Shape = (sentence, context) => {
  if (MAKES_ENDPOINT.test(sentence.text)) return [];
  const kinds = (Object.keys(PROBES) as (keyof typeof PROBES)[]).filter((kind) =>
    sentence.has(
      new RegExp(
        `\\b${kind}(?:[\\s-]?probes?|\\s*(?:[,/&+]|and|or)\\s*(?:liveness|readiness|startup))|\\b(?:liveness|readiness|startup)\\s*(?:[,/&+]|and|or)\\s*${kind}`,
        'i',
      ),
    ),
  );
  const general =
    kinds.length === 0 &&
    sentence.has(/\bhealth\s(?:checks?|probes?)\b|\bprobes\b/i) &&
    !sentence.has(/\bcompose\b|\bdockerfile\b|\bendpoint|\bcurl\b|https?:\/\//i);
  if (kinds.length === 0 && !general) return [];
  const each = kinds.length > 1 ? apart(sentence) : [];
  if (each.length > 1)
    return each.flatMap(({ start, part }) => {
      const checks = probes(part, context);
      for (let at = 0; at < part.text.length; at++) if (part.isExplained(at, at + 1)) sentence.mark(start + at, start + at + 1);
      return checks;
    });
  const found = context.containers();
  const targets = containerTargets(found);
  const of = asked(sentence, found);
  const who = whose(found.map(({ workload }) => workload));
  sentence.takeAll(/(?<![\w/-])(?:liveness|readiness|startup)(?:Probes?)?\b|\bprobes?\b|\bhealth\s?(?:checks?|probes?)\b|\bcontainers?\b|\bpods?\b/i);
  takeQuantifier(sentence);
  if (sentence.take(/\b(?:none|disabled|omitted|not (?:set|defined|configured|needed))\b/i)) {
    sentence.drop(/\([^()]*\)/);
    return kinds.map((kind) => fragmentOf(`${who} has no ${PROBES[kind]}`, targets, { [PROBES[kind]]: { $: 'present' } }, 'error', of));
  }
  if (general) {
    return [
      {
        is: 'any',
        says: `${who} has a probe`,
        of: Object.values(PROBES).map((field) => fragmentOf(`${who} has a ${field}`, targets, { [field]: { $: 'present' } }, 'assert', of)),
      },
    ];
  }
  const probe: Record<string, Expected> = {};
  for (const [field, pattern] of TIMINGS) {
    const match = sentence.take(pattern);
    if (match) probe[field] = Number(match.slice(1).find((value) => value !== undefined));
  }
  const inside = /\bexec\b/i.test(sentence.text);
  const http = inside
    ? undefined
    : sentence.take(/(?:\b(?:HTTP(?:S)?\s*)?(?:\(?GET\)?)?\s*(?:request\s*)?(?:to|on|at|via|path|endpoint)?[:=\s]*|\()(?<![\w/.])(\/[\w\-./]*)/);
  const port = inside ? undefined : sentence.take(/\bport\s*[=:]?\s*(\d{2,5})\b|:(\d{2,5})\b(?!\/\/)/i);
  const number = port ? Number(port[1] ?? port[2]) : undefined;
  if (http) {
    probe['httpGet'] = {
      path: http[1]!.length > 1 ? http[1]!.replace(/[.,]$/, '') : http[1]!,
      ...(number === undefined ? {} : { port: { $: 'port', number } }),
    };
    sentence.takeAll(/\b(?:HTTPS?|GET|httpGet|path|endpoint|request)\b/i);
  } else if (sentence.take(/\bTCP(?:\s?socket)?(?:\s+(?:check|connection|probe))?\b|\btcpSocket\b/i)) {
    probe['tcpSocket'] = number === undefined ? { $: 'present' } : { port: { $: 'port', number } };
    sentence.takeAll(/\bon\b|\bcheck\b/i);
  } else if (sentence.take(/\bgRPC\b/i)) probe['grpc'] = number === undefined ? { $: 'present' } : { port: number };
  else {
    const exec =
      /(?:exec(?:\s+command)?\s*[:=]?\s*|:\s*)?\b((?:pg_isready|redis-cli|mysqladmin|rabbitmq-diagnostics|mongosh?|celery|curl|wget|cat|test|nc)\b(?:\s+(?!and\b|with\b|on\b|every\b|initial)[\w./:-]+)*)/i.exec(
        sentence.open,
      );
    if (exec) {
      sentence.mark(exec.index, exec.index + exec[0].length);
      sentence.takeAll(/\b(?:exec(?:-based)?|command|using)\b/i);
      probe['exec'] = { command: { $: 'contains', text: exec[1]!.trim() } };
    } else if (sentence.take(/\bexec\b(?:\s+command)?/i)) probe['exec'] = { $: 'present' };
    else if (sentence.take(/\bHTTP(?:\s*GET)?\b|\bhttpGet\b/i)) probe['httpGet'] = number === undefined ? { $: 'present' } : { port: { $: 'port', number } };
    else if (number !== undefined) {
      // by whatever means, it asks that port
      const handlers = ['httpGet', 'tcpSocket', 'grpc'].map((handler) => ({ [handler]: { port: { $: 'port' as const, number } } }));
      return kinds.map((kind) =>
        fragmentOf(`${who} has a ${PROBES[kind]} on port ${number}`, targets, { [PROBES[kind]]: { $: 'oneOf', of: handlers } }, 'assert', of),
      );
    }
  }
  return kinds.flatMap((kind) => {
    const type = Object.entries(probe).find(([, value]) => typeof value === 'object' && value !== null && !('$' in value))?.[0];
    const there = type ? [fragmentOf(`${who} has a ${PROBES[kind]} by ${type}`, targets, { [PROBES[kind]]: { [type]: { $: 'present' } } }, 'assert', of)] : [];
    const fragment = { [PROBES[kind]]: Object.keys(probe).length > 0 ? probe : { $: 'present' as const } };
    const says = `${who} has ${PROBES[kind]}${Object.keys(probe).length > 0 ? ` ${JSON.stringify(probe).replaceAll('"', '')}` : ''}`;
    return [...there, fragmentOf(says, targets, fragment, 'assert', of)];
  });
};

/** `liveness probe (GET /live) and readiness probe (GET /ready)`: a part for each probe, where each has a path of its own. */
function apart({ text }: Sentence): { start: number; part: Sentence }[] {
  const starts = Array.from(text.matchAll(/(?<![\w/-])(?:liveness|readiness|startup)(?:[\s-]?probes?)?\b/gi), ({ index }) => index);
  const parts = starts.map((start, index) => ({ start, part: new Sentence(text.slice(start, starts[index + 1])) }));
  return parts.length > 1 && parts.every(({ part }) => /(?<![\w/.])\/[\w-]/.test(part.text)) ? parts : [];
}

/** `Environment variables from ConfigMap: LOG_LEVEL, ENVIRONMENT`; `POSTGRES_DB=ai_agents`; `PASSWORD (from Secrets)`. */
export const environment: Shape = (sentence, context) => {
  if (sentence.has(/\bscripts?\s+(?:to|that|which|for)\b|(?:^|\s)["'`]?\.env["'`]?(?![\w.])/i)) return [];
  if (!sentence.has(/\b(?:[Ee]nv(?:ironment)?\s*[Vv]ar(?:iable)?s?|[Ee]nv|envFrom|[Vv]ariables?)\b(?![./])/)) return [];
  const names = sentence
    .takeAll(
      new RegExp(
        `(?<!\\$\\{)\\b(${ENV_NAME}|(?<=[:,]\\s)[A-Z][A-Z0-9]{3,})\\b(?:\\s*[=:]\\s*("[^"]*"|'[^']*'|[^\\s,;()]+))?(?:\\s*\\((from (?:the )?)?(secrets?|config\\s*maps?)\\b[^()]*\\))?`,
        'i',
      ),
    )
    .filter((match) => match[1] === match[1]!.toUpperCase());
  const found = context.containers();
  const targets = containerTargets(found);
  const who = whose(found.map(({ workload }) => workload));
  const of = asked(sentence, found);
  const general = /\b(?:from|via|in|through|using)\s+(?:the\s+|a\s+)?(secrets?|config\s*maps?)\b/i.exec(sentence.text)?.[1];
  if (names.length === 0) {
    const kinds = ['ConfigMap', 'Secret'].filter((kind) => (kind === 'Secret' ? /(?<!non-)\bsecrets?\b/i : /\bconfig\s*maps?\b/i).test(sentence.open));
    if (kinds.length === 0 || !sentence.has(/\benv/i)) return [];
    sentence.takeAll(/\b(?:environment|env|variables?|vars?|envFrom|secrets?|config\s*maps?|injected|loaded|mounted|sourced|container|pod)\b/i);
    return kinds.map((kind) => ({
      is: 'any' as const,
      says: `${who} takes variables from a ${kind}`,
      of: [
        fragmentOf(`${who} has env from a ${kind}`, targets, { env: [{ valueFrom: { [reference(kind)]: { $: 'present' } } }] }, 'assert', of),
        fragmentOf(
          `${who} has envFrom a ${kind}`,
          targets,
          { envFrom: [{ [`${kind === 'Secret' ? 'secret' : 'configMap'}Ref`]: { $: 'present' } }] },
          'assert',
          of,
        ),
      ],
    }));
  }
  sentence.takeAll(/\b(?:environment|env|variables?|vars?|envFrom|from|secrets?|config\s*maps?)\b/i);
  // "USER, PASSWORD (from Secrets)": the bracket speaks for the names before it that have no value
  const lastSource = names.at(-1)?.[4];
  return names.map((match) => {
    const name = match[1]!;
    const value = codeValue(context.claim.markdown, name) ?? match[2]?.replace(/^["']|["']$/g, '');
    const source = value === undefined ? (match[4] ?? lastSource ?? general) : undefined;
    const kind = source ? (/secret/i.test(source) ? 'Secret' : 'ConfigMap') : undefined;
    const direct = { name, ...(value === undefined ? {} : { value }), ...(kind ? { valueFrom: { [reference(kind)]: { $: 'present' as const } } } : {}) };
    const own = fragmentOf(
      `${who} has ${name}${value === undefined ? '' : `=${value}`}${kind ? ` from a ${kind}` : ''}`,
      targets,
      { env: [direct] },
      'assert',
      of,
    );
    const whole = found.flatMap(({ container, workload }) =>
      container.envFrom.flatMap((from) => {
        const config = context.inventory.find(from.kind, from.name, workload);
        return config && (!kind || from.kind === kind) ? [{ config, from }] : [];
      }),
    );
    if (whole.length === 0) return own;
    return {
      is: 'any' as const,
      says: own.says,
      of: [
        own,
        ...whole.map(({ config, from }) =>
          fragmentOf(`${from.kind}/${config.name} gives ${name} to ${who}`, [{ path: config.source.path, kind: config.kind, name: config.name, at: [] }], {
            [config.node.entries.has('stringData') ? 'stringData' : 'data']: { [name.replace(from.prefix, '')]: value ?? { $: 'present' as const } },
          }),
        ),
      ],
    };
  });
};
/** What a code span gives a variable: commas and spaces belong to the value there. */
const codeValue = (markdown: string, name: string): string | undefined => {
  const span = Array.from(markdown.matchAll(/`([^`\n]+)`/g), ([, code]) => code!).find((code) => code.startsWith(`${name}=`));
  return span && !new RegExp(`[,\\s]${ENV_NAME}=`).test(span.slice(name.length)) ? span.slice(name.length + 1).replace(/^["']|["']$/g, '') : undefined;
};
const reference = (kind: string): string => (kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef');

/** `Use official Prometheus image`: each of its words is in the image's name. */
export const known: Shape = (sentence, context) => {
  const match = sentence.take(
    /\b(?:uses?|using|with|runs?|from)\s+(?:the\s+)?(?:official\s+|public\s+|upstream\s+)?((?:[A-Z][\w.]*\s+)(?:[\w.-]+\s+){0,3}?)(?:container\s+|docker\s+)?image\b(?!\s*:)/,
  );
  if (!match) return [];
  const found = context.containers();
  const words = match[1]!.trim().toLowerCase().split(/\s+/);
  return words.map((text) => ({
    ...fragmentOf(
      `the image of ${whose(found.map(({ workload }) => workload))} is called ${text}`,
      containerTargets(found),
      { image: { $: 'contains', text } },
      'assert',
      asked(sentence, found),
    ),
    weak: true as const,
  }));
};

/** `Container image: [REGISTRY]/api:latest`; `image postgres:17-alpine`; `Pin the worker image tag`. */
export const image: Shape = (sentence, context) => {
  if (
    !sentence.has(/\bimages?\b|\btag(?:s|ged)?\b/i) ||
    sentence.has(
      /^(?:build|push|publish|pull|load)|\b(?:push|publish|pull)(?:s|ing|ed)?\b|\bbuild(?:s|ing)?\s+(?:the\s+|a\s+)?(?:docker\s+|container\s+)?images?\b|\bimage pull\b|\bsize\b/i,
    )
  )
    return [];
  const found = context.containers();
  const of = asked(sentence, found);
  const who = whose(found.map(({ workload }) => workload));
  const match = sentence.take(
    /(?<![\w/=:.-])(?:(?:\[[^\]]+\]|\{[^}]+\}|<[^>]+>|\$\{?\w+\}?)\/)?((?:[a-z0-9][\w.-]*(?::\d+)?\/)*[a-z0-9][\w.-]*):([\w][\w.-]*)(@sha256:[0-9a-f]{64})?(?=$|[\s),;"'])/,
  );
  if (match && (/^\d+$/.test(match[1]!) || /^localhost$/.test(match[1]!))) return [];
  const pinned = sentence.take(
    /\bpin(?:s|ned|ning)?\b(?:\s+to\s+(?:a\s+)?(?:specific\s+)?versions?)?|\bspecific (?:version|tag)s?\b|\bversioned tags?\b|\b(?:avoid|no|not|never|without|instead of)\s+(?:use\s+|using\s+)?(?:the\s+)?[`"']?:?latest\b[`"']?(?:\s+tags?)?/i,
  );
  if (!match && !pinned) return [];
  sentence.takeAll(/\b(?:container|docker)?\s*images?\b|\btags?\b|\bversions?\b|\blatest\b/i);
  takeQuantifier(sentence);
  const targets = containerTargets(found);
  if (!match) return [fragmentOf(`the image of ${who} is pinned to a version`, targets, { image: { $: 'image', pinned: true } }, 'assert', of)];
  const tag = match[2]!;
  const repository = match[1]!;
  const digest = match[3]?.slice(1);
  const wanted = { $: 'image', repository, tag, ...(digest ? { digest } : {}) } as const;
  return [fragmentOf(`the image of ${who} is ${repository}:${tag}${match[3] ?? ''}`, targets, { image: wanted }, 'assert', found.length > 1 ? 'any' : 'each')];
};

/** `Command: celery -A app worker --loglevel=info`. */
export const command: Shape = (sentence, context) => {
  const match = /\b(?:command|args|entrypoint|cmd)\b\s*[:=]\s*(.+)$/i.exec(sentence.text);
  if (!match || sentence.has(/\bprobe\b|\bexec\b/i)) return [];
  const text = match[1]!
    .replace(/\s*\([^()]*\)\s*$/, '')
    .replace(/\).*$/, '')
    .replace(/^\[|\]$/g, '')
    .replace(/["',]/g, (mark) => (mark === ',' ? ' ' : ''))
    .trim();
  if (text.length < 3) return [];
  const found = context.containers();
  sentence.mark(match.index, sentence.text.length);
  const who = whose(found.map(({ workload }) => workload));
  const targets = containerTargets(found);
  const of = asked(sentence, found);
  const part = (field: string) => fragmentOf(`${field} of ${who} is ${text}`, targets, { [field]: { $: 'contains' as const, text } }, 'assert', of);
  const whole = found.filter(({ container }) => container.command.join(' ').replace(/\s+/g, ' ').includes(text.replace(/\s+/g, ' ')));
  if (whole.length === found.length && found.length > 0) {
    const [first, ...rest] = text.split(/\s+/);
    const across = found.every(({ container }) => container.node.entries.has('command') && container.node.entries.has('args'));
    if (across)
      return [
        fragmentOf(
          `${who} runs ${text}`,
          targets,
          { command: { $: 'contains', text: first! }, args: { $: 'contains', text: rest.at(-1) ?? first! } },
          'assert',
          of,
        ),
      ];
  }
  // substitutions and pipes are written in many ways
  return [{ is: 'any', says: `${who} runs ${text}`, of: [part('command'), part('args')], ...(/[$|<>;]/.test(text) ? { weak: true as const } : {}) }];
};

/** Fields of a pod's and a container's security context, by name or in words. */
const SECURITY: readonly (readonly [RegExp, string, (match: RegExpExecArray) => Expected, 'either' | 'container' | 'pod'])[] = [
  [/\brunAsNonRoot\b\s*(?:[=:]\s*(true|false))?/i, 'runAsNonRoot', (match) => match[1] !== 'false', 'either'],
  [/\brunAsUser\b\s*[=:]?\s*(\d+)?/i, 'runAsUser', (match) => (match[1] ? Number(match[1]) : { $: 'present' }), 'either'],
  [/\brunAsGroup\b\s*[=:]?\s*(\d+)?/i, 'runAsGroup', (match) => (match[1] ? Number(match[1]) : { $: 'present' }), 'either'],
  [/\bfsGroup\b\s*[=:]?\s*(\d+)?/i, 'fsGroup', (match) => (match[1] ? Number(match[1]) : { $: 'present' }), 'pod'],
  [
    /\breadOnlyRootFilesystem\b\s*(?:[=:]\s*(true|false))?|\bread-?only root file\s?systems?\b/i,
    'readOnlyRootFilesystem',
    (match) => match[1] !== 'false',
    'container',
  ],
  [
    /\ballowPrivilegeEscalation\b\s*(?:[=:]\s*(true|false))?|\b(?:no|disallow|prevent|disable[ds]?) privilege escalation\b/i,
    'allowPrivilegeEscalation',
    (match) => match[1] === 'true',
    'container',
  ],
  [/\bprivileged\s*[=:]\s*(true|false)/i, 'privileged', (match) => match[1] === 'true', 'container'],
  [
    /\b(?:drop(?:s|ped|ping)?\s+(?:all|ALL)\s+(?:linux\s+)?capabilities|(?:capabilities|caps)\s*(?:[:=(]\s*)?(?:drop(?:ped)?\s*[:=]?\s*\[?"?)ALL"?\]?|all (?:linux )?capabilities (?:are )?dropped|drop(?:s|ping|ped)?[\s:["]*ALL\b["\]]*)/i,
    'capabilities',
    () => ({ drop: ['ALL'] }),
    'container',
  ],
  [
    /\bseccomp(?:\s?Profile)?\b(?:[\s:=(]*(?:(?:type|is|set to|of)[\s:=]*)?(RuntimeDefault|Localhost|Unconfined))?/i,
    'seccompProfile',
    (match) => ({ type: match[1] ?? { $: 'present' } }),
    'either',
  ],
  [
    /\b(?:run(?:s|ning)?\s+)?(?:containers?\s+)?as\s+(?:a\s+)?non-?\s?root(?:\s+user)?\b|\bnon-?root\s+(?:user|containers?|execution)\b/i,
    'runAsNonRoot',
    () => true,
    'either',
  ],
];

/** `Pod security context: runAsNonRoot: true, runAsUser: 1000`: on the pod or on every container of it, as the kubelet reads it. */
export const security: Shape = (sentence, context) => {
  const wanted = SECURITY.flatMap(([pattern, field, value, where]) => {
    const match = sentence.take(pattern);
    return match ? [{ field, value: value(match), where }] : [];
  });
  const userId = wanted.some(({ field }) => field === 'runAsNonRoot') ? sentence.take(/\b(?:uid|user(?: id)?)\s*[:=]?\s*(\d+)\b/i) : undefined;
  if (userId) wanted.push({ field: 'runAsUser', value: Number(userId[1]), where: 'either' });
  if (wanted.length === 0) return [];
  sentence.takeAll(/\b(?:pod|container)?\s*security\s*contexts?\b|\bsecurityContext\b|\bpods?\b|\bcontainers?\b|\bset\b|\bconsider\b/i);
  const workloads = context.workloads().found;
  takeQuantifier(sentence);
  const of = asked(sentence, workloads);
  const who = whose(workloads);
  const seen = new Set<string>();
  return wanted.flatMap(({ field, value, where }): Check[] => {
    if (seen.has(field)) return [];
    seen.add(field);
    const says = `${who} has ${field} ${typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '') : String(value)}`;
    const each = workloads.map((workload): Check => {
      const onPod = fragmentOf(says, podTargets([workload]), { securityContext: { [field]: value } });
      const all = containerTargets(workload.containers.map((container) => ({ container, workload })));
      const onContainers = fragmentOf(says, all, { securityContext: { [field]: value } });
      if (where === 'pod') return onPod;
      return where === 'container' ? onContainers : { is: 'any', says, of: [onContainers, onPod] };
    });
    return of === 'unclear' ? [{ is: 'same', says, of: each }] : each;
  });
};
