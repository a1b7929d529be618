import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from '../checkout/source.ts';
import { placeOf } from '../manifest/resource.ts';
import { get, itemsOf, type Node, placeAt, textOf } from '../manifest/yaml.ts';
import { type Answer, APPLY_PATCH, type Api, ApiError } from './api.ts';
import type { Cluster } from './connect.ts';
import { type Discovery, discover, pathOf } from './discovery.ts';
import { FIELD_MANAGER, PROOF_LABEL } from './guard.ts';
import type { Prepared } from './prepare.ts';

/** An object that the API server, a quota, Pod Security or a webhook did not take. */
export interface Rejection {
  readonly prepared: Prepared;
  /** the server's own words */
  readonly message: string;
  readonly status: number;
  /** where the manifest says what was refused */
  readonly at: Place;
  readonly during: 'dry run' | 'apply';
  /** RFC 3339 */
  readonly when: string;
}

/** What an admission plugin said about an object that was taken all the same. */
export interface Warned {
  readonly prepared: Prepared;
  readonly warning: string;
}

export interface Applied {
  readonly accepted: readonly Prepared[];
  readonly rejections: readonly Rejection[];
  readonly warnings: readonly Warned[];
}

/** As many requests at once as client-go's default burst allows. */
const AT_ONCE = 10;

/**
 * Tries all objects first (a server-side dry run, which changes nothing), then applies those that were taken, phase after phase.
 * Kinds that the manifests define themselves are looked up again once their definitions are in.
 */
export async function applyEverything({ api, kinds }: Pick<Cluster, 'api' | 'kinds'>, objects: readonly Prepared[], signal: AbortSignal): Promise<Applied> {
  const definitions = objects.filter(({ object }) => object.kind === 'CustomResourceDefinition');
  const others = objects.filter((prepared) => !definitions.includes(prepared));
  const first = await tryThenApply(api, definitions, signal);
  const unknown = others.filter(({ served }) => !served);
  const served = unknown.length > 0 ? await servedSoon(api, kinds, unknown, signal) : kinds;
  const known = others.map((prepared) => (prepared.served ? prepared : { ...prepared, served: served.find(prepared.object.apiVersion, prepared.object.kind) }));
  const rest = await tryThenApply(
    api,
    known.filter((prepared) => prepared.served),
    signal,
  );
  const unserved = known
    .filter((prepared) => !prepared.served)
    .map(
      (prepared): Rejection => ({
        prepared,
        status: 404,
        message: `the API server does not serve ${prepared.object.kind} of ${prepared.object.apiVersion}`,
        at: placeOf(prepared.resource),
        during: 'dry run',
        when: new Date().toISOString(),
      }),
    );
  return {
    accepted: [...first.accepted, ...rest.accepted],
    rejections: [...first.rejections, ...unserved, ...rest.rejections],
    warnings: [...first.warnings, ...rest.warnings],
  };
}

async function tryThenApply(api: Api, objects: readonly Prepared[], signal: AbortSignal): Promise<Applied> {
  const trial = await applyAll(api, objects, true, signal);
  const real = await applyAll(api, trial.accepted, false, signal);
  return { accepted: real.accepted, rejections: [...trial.rejections, ...real.rejections], warnings: trial.warnings };
}

/** A definition takes a moment until its kind is served. */
async function servedSoon(api: Api, known: Discovery, wanted: readonly Prepared[], signal: AbortSignal): Promise<Discovery> {
  let kinds = known;
  for (let tries = 0; tries < 40; tries++) {
    if (wanted.every(({ object }) => kinds.find(object.apiVersion, object.kind))) break;
    await sleep(250, undefined, { signal });
    kinds = await discover(api, signal);
  }
  return kinds;
}

async function applyAll(api: Api, objects: readonly Prepared[], dryRun: boolean, signal: AbortSignal): Promise<Applied> {
  const accepted: Prepared[] = [];
  const rejections: Rejection[] = [];
  const warnings: Warned[] = [];
  // A trial changes nothing, so no object has to wait for another.
  const phases = dryRun ? [objects] : Array.from(Map.groupBy(objects, ({ phase }) => phase).values());
  for (const phase of phases) {
    await inTurns(phase, AT_ONCE, async (prepared) => {
      const result = await applyOne(api, prepared, dryRun, signal);
      if ('warnings' in result) {
        accepted.push(prepared);
        warnings.push(...result.warnings.map((warning) => ({ prepared, warning })));
      } else rejections.push(result);
    });
  }
  const order = (a: { prepared: Prepared }, b: { prepared: Prepared }) => objects.indexOf(a.prepared) - objects.indexOf(b.prepared);
  return { accepted: objects.filter((each) => accepted.includes(each)), rejections: rejections.sort(order), warnings: warnings.sort(order) };
}

async function applyOne(api: Api, prepared: Prepared, dryRun: boolean, signal: AbortSignal): Promise<Rejection | { warnings: readonly string[] }> {
  const { object, served, namespace } = prepared;
  if (!served) throw new Error(`${prepared.ref} is applied before its kind is served`);
  const path = pathOf(served, namespace, object.metadata.name);
  if (namespace === undefined) {
    const refused = await refuseForeign(api, prepared, path, dryRun, signal);
    if (refused) return refused;
  }
  const answer = await api.send(path, {
    method: 'PATCH',
    contentType: APPLY_PATCH,
    query: { fieldManager: FIELD_MANAGER, force: true, fieldValidation: 'Strict', dryRun: dryRun ? 'All' : undefined },
    body: object,
    signal,
  });
  if (answer.status < 400) return { warnings: answer.warnings };
  return rejectionOf(prepared, answer, dryRun);
}

/** A cluster-scoped object that somebody else made stays as it is. */
async function refuseForeign(api: Api, prepared: Prepared, path: string, dryRun: boolean, signal: AbortSignal): Promise<Rejection | undefined> {
  const existing = await api.find(path, signal);
  if (!existing || existing.metadata.labels?.[PROOF_LABEL] === prepared.object.metadata.labels?.[PROOF_LABEL]) return undefined;
  return {
    prepared,
    status: 409,
    message: `${prepared.ref} exists in the cluster and was not made by this proof, so it is left as it is`,
    at: placeOf(prepared.resource),
    during: dryRun ? 'dry run' : 'apply',
    when: new Date().toISOString(),
  };
}

function rejectionOf(prepared: Prepared, answer: Answer, dryRun: boolean): Rejection {
  const error = new ApiError(answer.status, answer.text);
  const message = error.message.replace(/^failed to create typed patch object \([^)]*\): /, '');
  const fields = [...error.causes.map(({ field }) => field ?? ''), fieldIn(message)].filter((field) => field !== '');
  return {
    prepared,
    status: error.status,
    message,
    at: fields.length > 0 ? placeOfField(prepared.resource.node, fields[0]!) : placeOf(prepared.resource),
    during: dryRun ? 'dry run' : 'apply',
    when: new Date().toISOString(),
  };
}

/** The field that a message begins with or names: `.spec.containers[name="a"].prot: field not declared`, `unknown field "spec.foo"`. */
function fieldIn(message: string): string {
  return /^\.((?:[\w.-]|\[[^\]]*\])+): /.exec(message)?.[1] ?? /field "([\w.[\]-]+)"/.exec(message)?.[1] ?? '';
}

/** The place of a field that the API server names (`spec.ports[0].port`, `spec.containers[name="a"].image`), or of its nearest parent in the manifest. */
export function placeOfField(root: Node, field: string): Place {
  const path: (string | number)[] = [];
  let at: Node | undefined = root;
  for (const match of field.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    const index: string | undefined = match[2];
    let step: string | number = match[1] ?? '';
    if (index !== undefined) {
      const keyed: RegExpExecArray | null = /^(\w+)="?([^",]*)"?/.exec(index);
      step = keyed ? itemsOf(at).findIndex((item) => textOf(get(item, keyed[1]!)) === keyed[2]) : /^\d+$/.test(index) ? Number(index) : index;
    }
    path.push(step);
    at = get(at, step);
  }
  return placeAt(root, ...path);
}

/** Runs `work` for each item, so many at a time. */
export async function inTurns<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, items.length) }, async () => {
      for (const item of waiting) await work(item);
    }),
  );
}
