import type { Check, FragmentCheck, ResourceTarget } from '../checks/check.ts';
import type { Container, Resource, Workload } from '../manifest/resource.ts';
import { type Context, targetOf } from './context.ts';
import type { Sentence } from './sentence.ts';

/** A way in which stories state something: takes the words it understands and gives checks for them. */
export type Shape = (sentence: Sentence, context: Context) => readonly Check[];

const EACH = /\b(?:all|every|each|both)\b/i;

/** How several objects are asked: each of them where the story says so; else all or none, since the words did not decide. */
export const asked = (sentence: Sentence, found: readonly unknown[]): FragmentCheck['of'] =>
  found.length > 1 && !EACH.test(sentence.text) ? 'unclear' : 'each';

/** The quantifier itself is explained once something is asked of each. */
export const takeQuantifier = (sentence: Sentence): void => void sentence.takeAll(EACH);

export const containerTargets = (found: readonly { container: Container; workload: Workload }[]): ResourceTarget[] =>
  found.map(({ container, workload }) => targetOf(workload, container.path));
export const podTargets = (workloads: readonly Workload[]): ResourceTarget[] => workloads.map((workload) => targetOf(workload, workload.podPath));
export const targetsOf = (resources: readonly Resource[], at: readonly (string | number)[] = []): ResourceTarget[] =>
  resources.map((resource) => targetOf(resource, at));

/** For people: `Deployment/api`, or how many. */
export const whose = (resources: readonly Resource[]): string =>
  resources.length === 0 ? 'nothing' : resources.length <= 3 ? resources.map(({ kind, name }) => `${kind}/${name}`).join(', ') : `${resources.length} objects`;
