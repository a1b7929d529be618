import type { JudgedBy } from './runtime.ts';

/**
 * What must be true of the inventory, the files or a cluster, as plain data: it can be stored, shown and asked again.
 * `says` is one line for people. Made by the room `claims`, answered by the files beside this one.
 */
export type Check = FragmentCheck | AnyCheck | SameCheck | FileCheck | SaysCheck | ScriptCheck | RelationCheck | RuntimeCheck | AbsentCheck | UnreadCheck;

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
}

/** A node of a resource: the resource itself, its pod, a container, a port. */
export interface Target {
  /** the file */
  readonly path: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  /** from the resource to the node */
  readonly at: readonly (string | number)[];
}

/** Matched as a subset: maps by key, list items by name or by any match, quantities and ports by value. */
export type Expected = string | number | boolean | null | readonly Expected[] | { readonly [key: string]: Expected } | Matcher;

/** What a literal cannot say. `$` is a key that no manifest has. */
export type Matcher =
  | { readonly $: 'present' }
  | { readonly $: 'absent' }
  | { readonly $: 'oneOf'; readonly of: readonly Expected[] }
  /** text that the value, or the words of a list joined by blanks, contains */
  | { readonly $: 'contains'; readonly text: string }
  /** a port by number, or by a name that stands for it */
  | { readonly $: 'port'; readonly number: number }
  /** an image by repository, tag and digest, as far as each is given; `pinned`: any version but a moving one */
  | { readonly $: 'image'; readonly repository?: string; readonly tag?: string; readonly digest?: string; readonly pinned?: true }
  /** a key anywhere below */
  | { readonly $: 'deep'; readonly key: string; readonly value: Expected }
  | { readonly $: 'atLeast'; readonly number: number };

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

/** One object refers to another as Kubernetes follows it. */
export interface RelationCheck extends Says {
  readonly is: 'relation';
  readonly relation: 'selects' | 'scales' | 'routes-to';
  readonly targets: readonly Target[];
}

/** Only a cluster (or a run of a tool) can tell; what the files refute already is told here. */
export interface RuntimeCheck extends Says {
  readonly is: 'runtime';
  readonly needs: 'a cluster' | 'a run';
  readonly refutedBy: readonly JudgedBy[];
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
}
