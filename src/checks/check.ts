import type { LiveCheck } from '../cluster/check.ts';
import type { JudgedBy } from './runtime.ts';

/**
 * What must be true of the inventory, the files or a cluster, as plain data: it can be stored, shown and asked again.
 * `says` is one line for people. Made by the room `claims`, answered by the files beside this one.
 */
export type Check =
  | FragmentCheck
  | AnyCheck
  | SameCheck
  | LacksCheck
  | FileCheck
  | SaysCheck
  | ScriptCheck
  | DockerfileCheck
  | EntryCheck
  | TestCheck
  | RelationCheck
  | FlowCheck
  | RuntimeCheck
  | AbsentCheck
  | UnreadCheck;

interface Says {
  readonly says: string;
  /** without it nothing else that the claim says can hold: "Create x.yaml with ..." when there is no x.yaml */
  readonly essential?: true;
  /** its words could mean something else: when it is not met, that proves nothing */
  readonly weak?: true;
}

/**
 * A piece of a manifest that must be there (`assert`) or must not (`error`): in each target, in any of them,
 * or, where words did not decide which one is meant (`unclear`), in all or in none; a split leaves it undecided.
 */
export interface FragmentCheck extends Says {
  readonly is: 'fragment';
  readonly mode: 'assert' | 'error';
  readonly of: 'each' | 'any' | 'unclear';
  readonly targets: readonly Target[];
  readonly fragment: Expected;
  /** nothing but that it is there is asked */
  readonly asks?: 'existence';
}

export type Target = ResourceTarget | DocumentTarget;

/** A node of a resource: the resource itself, its pod, a container, a port. */
export interface ResourceTarget {
  /** the file */
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** from the resource to the node */
  readonly at: readonly (string | number)[];
}

/** A YAML or JSON document that is no Kubernetes object: a compose file, a workflow, values. */
export interface DocumentTarget {
  readonly path: string;
  /** 0-based, in the order in which the file has them */
  readonly document: number;
}

export const isResourceTarget = (target: Target): target is ResourceTarget => 'kind' in target;

/** Matched as a subset: maps by key, list items by name or by any match, quantities and ports by value. */
export type Expected = string | number | boolean | null | readonly Expected[] | { readonly [key: string]: Expected } | Matcher;

/** What a literal cannot say. `$` is a key that no manifest has. */
export type Matcher =
  | { readonly $: 'present' }
  | { readonly $: 'absent' }
  | { readonly $: 'oneOf'; readonly of: readonly Expected[] }
  /** text that the value, or the words of a list joined by blanks, contains */
  | { readonly $: 'contains'; readonly text: string }
  /** text that the value, as it stands or decoded from base64, contains; `whole`: that it is */
  | { readonly $: 'decoded'; readonly text: string; readonly whole?: boolean }
  /** a value that base64 decodes (RFC 4648) */
  | { readonly $: 'base64' }
  /** a port by number, or by a name that stands for it; in Compose's `8080:80` on either side */
  | { readonly $: 'port'; readonly number: number }
  /** an image by repository, tag and digest, as far as each is given; `pinned`: any version but a moving one */
  | { readonly $: 'image'; readonly repository?: string; readonly tag?: string; readonly digest?: string; readonly pinned?: true }
  /** a key anywhere below */
  | { readonly $: 'deep'; readonly key: string; readonly value: Expected }
  | { readonly $: 'atLeast'; readonly number: number }
  /** a text somewhere in the scalars below, not as a part of a longer word; keys count too */
  | { readonly $: 'somewhere'; readonly text: string }
  /** shell text, or a list of it (`run:`, `script:`), with a command of these words: flags may stand between, a comment or a package to install is no command */
  | { readonly $: 'runs'; readonly words: readonly string[] };

/** At least one of these. */
export interface AnyCheck extends Says {
  readonly is: 'any';
  readonly of: readonly Check[];
}

/** The same of several objects of which words did not say which is meant: all or none; a split leaves it undecided. */
export interface SameCheck extends Says {
  readonly is: 'same';
  readonly of: readonly Check[];
}

/** A file or folder is there, or is not. `path` may hold `*`. */
export interface FileCheck extends Says {
  readonly is: 'file';
  readonly path: string;
  readonly exists: boolean;
}

/** A file's text does not hold some words. */
export interface LacksCheck extends Says {
  readonly is: 'text';
  readonly path: string;
  readonly lacks: string;
}

/** A document's section, or a file's comments, speak about something: each term in one of its wordings, near each other. */
export interface SaysCheck extends Says {
  readonly is: 'says';
  /** where to look; the first file that says everything decides */
  readonly paths: readonly string[];
  readonly in: 'section' | 'comment' | 'text';
  /** what it must be about */
  readonly about: readonly Term[];
  /** what it must name, each on its own: some missing is partial */
  readonly items: readonly Term[];
  /** words of which most must be there */
  readonly most: readonly Term[];
}
/** Wordings of one thing; any will do. Words are compared by their stems. */
export type Term = readonly string[];

/** A script does a step. */
export interface ScriptCheck extends Says {
  readonly is: 'script';
  readonly path: string;
  readonly step: 'runs' | 'targets' | 'works';
  /** for `runs`: command words, any of which shows the step */
  readonly commands: readonly string[];
}

/** A Dockerfile has something: in each of the files, in any, or in all or none where words did not decide which is meant. */
export interface DockerfileCheck extends Says {
  readonly is: 'dockerfile';
  readonly paths: readonly string[];
  readonly of: FragmentCheck['of'];
  /** a stage by name or 0-based number, the last one, or any of them */
  readonly stage: string | number | 'last' | 'any';
  readonly has: DockerfileFeature;
}

export type DockerfileFeature =
  /** a base image from outside the file; `version` is how its tag begins, `variant` a part of it */
  | {
      readonly a: 'base';
      readonly repository?: string;
      readonly tag?: string;
      readonly digest?: string;
      readonly version?: string;
      readonly orLater?: boolean;
      readonly variant?: string;
    }
  /** every base image from outside names a version, or a digest */
  | { readonly a: 'pinned base'; readonly by: 'version' | 'digest' }
  | { readonly a: 'stages'; readonly number: number; readonly atLeast: boolean }
  | { readonly a: 'stage'; readonly name: string }
  /** without name and number: any but root */
  | { readonly a: 'user'; readonly name?: string; readonly number?: number; readonly group?: string }
  | { readonly a: 'port'; readonly number: number }
  | { readonly a: 'variable'; readonly name: string; readonly value?: string }
  /** words of ENTRYPOINT and CMD, in a row */
  | { readonly a: 'program'; readonly words: readonly string[]; readonly by: 'ENTRYPOINT' | 'CMD' | 'either' }
  | { readonly a: 'copy'; readonly sources: readonly string[]; readonly destination?: string; readonly from?: string }
  | { readonly a: 'folder'; readonly path: string }
  /** a word of any instruction */
  | { readonly a: 'word'; readonly text: string }
  /** an instruction whose flags and text hold each of these */
  | { readonly a: 'instruction'; readonly keyword: string; readonly holds: readonly string[] };

/** A line of a file that is neither YAML nor JSON: a variable, a setting below its section, a target, a pattern that is ignored, a dependency. */
export interface EntryCheck extends Says {
  readonly is: 'entry';
  readonly path: string;
  readonly name: string;
  readonly value?: string;
}

/** A test whose name or description speaks of something; that it passes is another matter. */
export interface TestCheck extends Says {
  readonly is: 'test';
  readonly paths: readonly string[];
  /** words of which most must be in the names of one test or group of tests */
  readonly about: readonly Term[];
  /** values, names and paths that must all be in the names or in what the test does */
  readonly exact: readonly string[];
}

/** One object refers to another as Kubernetes follows it. */
export interface RelationCheck extends Says {
  readonly is: 'relation';
  readonly relation: 'selects' | 'scales' | 'routes-to';
  readonly targets: readonly ResourceTarget[];
}

/** NetworkPolicies let traffic through to pods, or to cluster DNS; `only`: and nobody else on that port. */
export interface FlowCheck extends Says {
  readonly is: 'flow';
  readonly from: FlowEnd;
  readonly to: readonly ResourceTarget[] | 'dns';
  /** without it every declared port of the receiver */
  readonly port?: number;
  readonly only?: true;
  /** only what the receiver lets in is asked, not what the sender may send */
  readonly inbound?: true;
  /** that it is stopped is asked, not that it passes */
  readonly denied?: true;
}

/** Pods of workloads, pods with labels in the receiver's namespace, or any pod anywhere. */
export type FlowEnd = { readonly targets: readonly ResourceTarget[] } | { readonly labels: Readonly<Record<string, string>> } | { readonly anyone: true };

/** Only a cluster (or a run of a tool) can tell; what the files refute already is told here. */
export interface RuntimeCheck extends Says {
  readonly is: 'runtime';
  readonly needs: 'a cluster' | 'a run';
  readonly refutedBy: readonly JudgedBy[];
  /** what to ask of a cluster; nothing where the words are not understood */
  readonly live: readonly LiveCheck[];
}

/** Something that was looked for and is not there, so that nothing could be asked of it. The evidence is the claim itself. */
export interface AbsentCheck extends Says {
  readonly is: 'absent';
}

/** Words that became no check: the claim cannot be met, whatever the others say. */
export interface UnreadCheck extends Says {
  readonly is: 'unread';
  /** taste, bookkeeping or an announcement of later work: its parent is judged without it */
  readonly aside: boolean;
  /** it keeps the claim from being met, and takes nothing from what contradicts it */
  readonly guards?: true;
}
