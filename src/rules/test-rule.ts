import { describe, expect, test } from 'vitest';
import { lineOf, Source } from '../checkout/source.ts';
import { Inventory } from '../manifest/inventory.ts';
import type { Rule } from './rule.ts';

/** One file's text, or several by path. */
export type Files = string | Readonly<Record<string, string>>;

/** The line a finding points at, without indentation; with it, some of the words its sentence is filled with. */
export type Expected = string | readonly [line: string, args: Readonly<Record<string, string>>];

export const inventoryOf = (files: Files): Inventory => {
  const named = typeof files === 'string' ? { 'k8s/app.yaml': files } : files;
  return new Inventory(
    Object.keys(named),
    Object.entries(named).map(([path, text]) => new Source(path, text)),
  );
};

/** Tests a rule on inputs: each failing one with every finding it must give, in order of place. */
export function testRule(
  rule: Rule,
  { passes, fails }: { passes: Readonly<Record<string, Files>>; fails: Readonly<Record<string, readonly [Files, ...Expected[]]>> },
): void {
  describe(rule.id, () => {
    for (const [name, files] of Object.entries(passes)) {
      test(`passes: ${name}`, () => expect(found(rule, files).map(({ line }) => line)).toEqual([]));
    }
    for (const [name, [files, ...expected]] of Object.entries(fails)) {
      test(`fails: ${name}`, () => {
        const findings = found(rule, files);
        expect(findings.map(({ line }) => line)).toEqual(expected.map((each) => (typeof each === 'string' ? each : each[0])));
        expected.forEach((each, index) => {
          if (typeof each !== 'string') expect(findings[index]!.args).toMatchObject(each[1]);
        });
      });
    }
  });
}

const found = (rule: Rule, files: Files) =>
  Array.from(rule.find(inventoryOf(files)), ({ at, args }) => ({ at, args, line: at.source.lines(lineOf(at)).trim() })).sort(
    (a, b) => (a.at.source.path < b.at.source.path ? -1 : a.at.source.path > b.at.source.path ? 1 : 0) || a.at.start - b.at.start,
  );

/** YAML pieces for tests, each a whole object that starts a new document. `container` and `pod` are lines of their own, without indentation. */
interface Pieces {
  readonly kind?: string;
  readonly namespace?: string;
  /** replaces `app: NAME` */
  readonly labels?: string;
  readonly image?: string;
  readonly container?: string;
  readonly pod?: string;
  readonly spec?: string;
  readonly template?: string;
}

const indented = (text: string | undefined, columns: number): string => (text ? text.trim().replace(/^(?=.)/gm, ' '.repeat(columns)) + '\n' : '');

/** A Deployment, or another kind with `spec.template`, of one container with its own name. */
export const deployment = (name: string, pieces: Pieces = {}): string => {
  const { kind = 'Deployment', namespace, labels = `app: ${name}`, image = `${name}:1.2.3`, container, pod, spec, template } = pieces;
  const group = kind === 'Job' || kind === 'CronJob' ? 'batch' : 'apps';
  return (
    `---\napiVersion: ${group}/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace ? `  namespace: ${namespace}\n` : ''}spec:\n` +
    indented(spec, 2) +
    (group === 'batch' || spec?.includes('selector:') ? '' : `  selector:\n    matchLabels: { ${labels.trim().replaceAll('\n', ', ')} }\n`) +
    `  template:\n    metadata:\n      labels:\n${indented(labels, 8)}${indented(template, 6)}    spec:\n${indented(pod, 6)}      containers:\n` +
    `        - name: ${name}\n          image: ${image}\n${indented(container, 10)}`
  );
};

/** A Pod of one container with its own name. */
export const pod = (name: string, { namespace, labels = `app: ${name}`, image = `${name}:1.2.3`, container, pod: spec }: Pieces = {}): string =>
  `---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n${namespace ? `  namespace: ${namespace}\n` : ''}  labels:\n${indented(labels, 4)}spec:\n` +
  `${indented(spec, 2)}  containers:\n    - name: ${name}\n      image: ${image}\n${indented(container, 6)}`;

/** Any object: the lines after its metadata as they stand. */
export const object = (apiVersion: string, kind: string, name: string, rest = '', namespace?: string): string =>
  `---\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace ? `  namespace: ${namespace}\n` : ''}${rest ? `${rest.trimEnd()}\n` : ''}`;

/** A Service for `app: NAME` on port 80. */
export const service = (
  name: string,
  { selector = `app: ${name}`, namespace, port = '80', spec = '' }: { selector?: string; namespace?: string; port?: string; spec?: string } = {},
): string => object('v1', 'Service', name, `spec:\n${indented(spec, 2)}  selector: { ${selector} }\n  ports:\n    - port: ${port}`, namespace);
