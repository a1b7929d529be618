import type { Cause, CauseFamily } from './cause.ts';
import { admissionCauses } from './causes/admission.ts';
import { claimCauses } from './causes/claim.ts';
import { configurationCauses } from './causes/configuration.ts';
import { controllerCauses } from './causes/controller.ts';
import { crashCauses } from './causes/crash.ts';
import { imageCauses } from './causes/image.ts';
import { probeCauses } from './causes/probe.ts';
import { scheduleCauses } from './causes/schedule.ts';
import { serviceCauses } from './causes/service.ts';
import { trafficCauses } from './causes/traffic.ts';
import { needsAmong } from './needs.ts';
import { type Member, placeInContainer, type Scene } from './scene.ts';

/** Later families look only at what the ones before them leave unexplained. */
const FAMILIES: readonly CauseFamily[] = [
  admissionCauses,
  imageCauses,
  configurationCauses,
  claimCauses,
  scheduleCauses,
  crashCauses,
  probeCauses,
  serviceCauses,
  controllerCauses,
  trafficCauses,
];

/** A cause with everything that follows from it. */
export interface Root {
  readonly cause: Cause;
  /** other members with the very same fault */
  readonly also: readonly Member[];
  /** members that are not ready because of it */
  readonly breaks: readonly Member[];
}

export interface Diagnosis {
  /** the roots, first those that break most */
  readonly roots: readonly Root[];
  /** whether waiting longer cannot help: something is at fault, and each member that is not ready has a cause that will not pass */
  readonly hopeless: boolean;
  /** members that are ready, and need something that is at fault and will not become ready */
  readonly stranded: readonly Member[];
}

/**
 * Names what is wrong, the root before its consequences: a member that only shows symptoms, and needs another one that is at fault itself,
 * is named under that one.
 * @param readySince when each member last became ready, in milliseconds since the epoch; a symptom from before that says nothing about after
 */
export function diagnose(scene: Scene, readySince: ReadonlyMap<Member['prepared'], number>): Diagnosis {
  const named: Cause[] = [];
  for (const family of FAMILIES) for (const cause of family.find(scene, named)) if (!named.some((each) => sameCause(each, cause))) named.push(cause);
  // Of several with the same fault the first in the manifests is named, not the one whose pod was seen first.
  named.sort((a, b) => scene.members.indexOf(a.member) - scene.members.indexOf(b.member));
  const unready = scene.members.filter(({ status }) => status.is !== 'ready');
  const needs = needsAmong(scene);
  const below = (member: Member): readonly Member[] => [
    ...needs.flatMap(({ of, on }) => (of === member ? [on] : [])),
    ...named.flatMap((cause) => (cause.member === member ? (cause.needs ?? []) : [])),
  ];
  const faults = named.filter(({ nature }) => nature === 'fault');
  const symptoms = named.filter(({ nature }) => nature === 'symptom');
  const cycles = cyclesAmong(symptoms, below, scene);
  faults.push(...cycles);

  const faulty = new Set(faults.map(({ member }) => member));
  const lasting = new Set(faults.filter(({ final }) => final !== false).map(({ member }) => member));
  // What a member needs that is not ready, all the way down to what is at fault itself.
  const unmet = (member: Member, seen = new Set<Member>()): Set<Member> => {
    for (const next of below(member)) {
      if (next.status.is === 'ready' || seen.has(next)) continue;
      seen.add(next);
      if (!faulty.has(next)) unmet(next, seen);
    }
    return seen;
  };
  const roots: Cause[] = [...faults];
  for (const symptom of symptoms) {
    if (faulty.has(symptom.member)) continue; // its own fault says more
    const open = Array.from(unmet(symptom.member));
    if (open.some((each) => faulty.has(each))) continue; // a consequence
    if (open.some((each) => symptoms.some(({ member }) => member === each))) continue; // of another symptom, further down
    if (open.length > 0) continue; // what it needs may still come
    const since = Math.max(0, ...below(symptom.member).map((each) => readySince.get(each.prepared) ?? 0));
    if (Date.parse(symptom.observed ?? symptom.shown ?? '') < since + 1_000) continue; // seen before what it needs was there
    if (symptom.id === 'waits-for') continue;
    roots.push(symptom);
    if (symptom.final !== false) lasting.add(symptom.member);
  }
  const rooted = new Set(roots.map(({ member }) => member));
  const explained = (member: Member): boolean => lasting.has(member) || Array.from(unmet(member)).some((each) => lasting.has(each));
  const grouped = Array.from(Map.groupBy(roots, (cause) => cause.key ?? `${cause.id} ${cause.member.prepared.ref} ${cause.at.start}`).values());
  return {
    roots: grouped
      .map((same): Root => {
        const members = same.map(({ member }) => member);
        return {
          cause: same[0]!,
          also: Array.from(new Set(members.slice(1))).filter((member) => member !== members[0]),
          breaks: unready.filter((member) => !rooted.has(member) && Array.from(unmet(member)).some((each) => members.includes(each))),
        };
      })
      .sort((a, b) => b.breaks.length - a.breaks.length || (a.cause.shown ?? '').localeCompare(b.cause.shown ?? '')),
    stranded: scene.members.filter((member) => member.status.is === 'ready' && explained(member)),
    hopeless: roots.some(({ final }) => final !== false) && unready.every(explained),
  };
}

const sameCause = (a: Cause, b: Cause): boolean => a.id === b.id && a.member === b.member && a.at.source === b.at.source && a.at.start === b.at.start;

/** Members that wait for each other in a circle: none of them can ever begin. */
function cyclesAmong(symptoms: readonly Cause[], below: (member: Member) => readonly Member[], scene: Scene): Cause[] {
  const waiting = symptoms.filter(({ id }) => id === 'waits-for');
  const found: Cause[] = [];
  const done = new Set<Member>();
  for (const symptom of waiting) {
    if (done.has(symptom.member)) continue;
    const circle = pathBack(symptom.member, below);
    if (!circle) continue;
    const workloads = circle.filter(({ prepared }) => prepared.object.kind !== 'Service');
    if (workloads.length < 2 || !workloads.every((each) => waiting.some(({ member }) => member === each))) continue;
    for (const each of workloads) done.add(each);
    const view = scene.podsOf(symptom.member)[0];
    const container = view?.containers.find(({ init }) => init);
    found.push({
      ...symptom,
      id: 'dependency-cycle',
      says: `${[...workloads, workloads[0]!].map(({ prepared }) => prepared.ref).join(' waits for ')}: none of them can start first.`,
      fix: 'Let one of them start without the other.',
      at: view && container ? placeInContainer(view.workload, container, container.spec.command ? 'command' : 'args') : symptom.at,
      nature: 'fault',
      key: `cycle ${workloads
        .map(({ prepared }) => prepared.ref)
        .sort()
        .join(' ')}`,
    });
  }
  return found;
}

/** A way from a member back to itself along unready needs. */
function pathBack(start: Member, below: (member: Member) => readonly Member[]): readonly Member[] | undefined {
  const seen = new Set<Member>();
  const walk = (at: Member, path: readonly Member[]): readonly Member[] | undefined => {
    for (const next of below(at)) {
      if (next === start) return path;
      if (seen.has(next) || next.status.is === 'ready') continue;
      seen.add(next);
      const found = walk(next, [...path, next]);
      if (found) return found;
    }
    return undefined;
  };
  return walk(start, [start]);
}
