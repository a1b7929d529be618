import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';

export type Severity = 'high' | 'medium' | 'low';

/** One thing that is wrong with a deployment whatever its story says. A rule reads the inventory only: no I/O, no configuration, no clock. */
export interface Rule {
  /** as in the rules catalogue */
  readonly id: string;
  readonly severity: Severity;
  /** what it finds gives an attacker, or a credential's reader, more than was meant */
  readonly security?: true;
  /** a house rule that many teams decide against on purpose: runs only where it is asked for */
  readonly optIn?: true;
  /** the finding's sentence; `{name}` is filled from `args` */
  readonly says: string;
  readonly because: string;
  /** what to do; `{name}` is filled from `args` */
  readonly fix: string;
  /** paths below fixtures/rules/ of an example that breaks the rule and of its nearest neighbour that does not */
  readonly fails: string;
  readonly passes: string;
  find(inventory: Inventory): Iterable<Found>;
}

export interface Found {
  readonly at: Place;
  readonly args: Readonly<Record<string, string>>;
  /** where this place deserves another one than the rule's */
  readonly severity?: Severity;
}

/** What a rule found, with the author's reason when a comment accepts it. */
export interface Finding extends Found {
  readonly rule: string;
  readonly severity: Severity;
  readonly accepted?: string;
}

export const defineRule = (rule: Rule): Rule => rule;
