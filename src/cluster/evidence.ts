import { createHash } from 'node:crypto';
import type { RuntimeEvidence } from '../checks/verdict.ts';
import { conditionsOf, type LiveObject, refOf, valueAt } from './object.ts';

const MAX_VALUE = 2_000;

/** Hides the proof's secrets, and credentials that logs often show, in whatever a report may quote. */
export class Redactor {
  readonly #values: readonly string[];
  constructor(secrets: Iterable<string>) {
    const forms = Array.from(secrets).flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]);
    this.#values = Array.from(new Set(forms)).sort((a, b) => b.length - a.length); // a longer one may hold a shorter one
  }

  text(text: string): string {
    let shown = text;
    for (const value of this.#values) shown = shown.replaceAll(value, '[redacted]');
    return shown
      .replace(/(:\/\/[^\s:/@]{0,100}:)[^\s/@]{1,200}@/g, '$1[redacted]@')
      .replace(/\b((?:password|passwd|secret|token|api[_-]?key)\s{0,3}[=:]\s{0,3})["']?[^\s"',;]{4,}/gi, '$1[redacted]');
  }
}

/** Makes facts: what the cluster answered, when, with a hash over it. */
export class Facts {
  readonly #redactor: Redactor;
  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  redact(text: string): string {
    return this.#redactor.text(text);
  }

  /** @param at RFC 3339; when Kubernetes says it happened, or now */
  fact(object: string, field: string, value: unknown, at: string = new Date().toISOString()): RuntimeEvidence {
    const text = this.#redactor.text(typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent')).slice(0, MAX_VALUE);
    return { object, field, value: text, at, sha256: hashOf({ object, field, value: text, at }) };
  }
}

/** SHA-256 over the four fields of a fact, in hex: a stored fact that was edited no longer fits. */
export const hashOf = ({ object, field, value, at }: Omit<RuntimeEvidence, 'sha256'>): string =>
  createHash('sha256')
    .update(JSON.stringify([object, field, value, at]))
    .digest('hex');

/** The facts that every object gives: each condition, and the counts of its status. */
export function factsOf(object: LiveObject, facts: Facts): RuntimeEvidence[] {
  const ref = refOf(object);
  const conditions = conditionsOf(object).map(({ type, status, reason, message, lastTransitionTime }) =>
    facts.fact(ref, `status.conditions[${type}]`, [status, reason, message].filter(Boolean).join(': '), lastTransitionTime),
  );
  const counts = Object.entries((object.status ?? {}) as Record<string, unknown>)
    .filter(([, value]) => typeof value === 'number' || typeof value === 'string')
    .map(([field, value]) => facts.fact(ref, `status.${field}`, String(value)));
  return [...counts, ...conditions, ...(valueAt(object, 'status') === undefined ? [facts.fact(ref, 'metadata.uid', object.metadata.uid ?? '')] : [])];
}
