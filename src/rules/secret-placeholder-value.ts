import { entriesOf, get, textOf } from '../manifest/yaml.ts';
import { passwordInUrl } from './credentials.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const secretPlaceholderValue = defineRule({
  id: 'secret-placeholder-value',
  severity: 'high',
  security: true,
  says: '{secret} would be applied with a placeholder as its {key}.',
  because: 'The program starts with a password that everybody can guess, or cannot log in at all, and nothing says why.',
  fix: 'Fill the value in where it is deployed; keep the file with placeholders as a template that is not applied (secrets.yaml.example).',
  fails: 'secret-placeholder-value/changeme.yaml',
  passes: 'secret-placeholder-value/value.yaml',
  *find(inventory) {
    for (const secret of objects(inventory, 'Secret')) {
      for (const [field, decode] of [
        ['stringData', (text: string) => text],
        ['data', (text: string) => Buffer.from(text, 'base64').toString('utf8')],
      ] as const) {
        for (const [key, entry] of entriesOf(get(secret.node, field))) {
          const text = textOf(entry.value);
          if (text === undefined) continue;
          const values = [text, decode(text)].flatMap((value) => [value, passwordInUrl(value) ?? '']);
          if (values.some(isPlaceholder)) yield { at: entry.key, args: { secret: titleOf(secret), key } };
        }
      }
    }
  },
});

const PLACEHOLDER =
  /^(?:change[-_ ]?(?:me|this|it)|replace[-_ ]?(?:me|this|with)|to[-_ ]?be[-_ ]?(?:changed|replaced|filled)|fill[-_ ]?(?:me|in)|placeholder|insert[-_ ]|enter[-_ ]|todo$|fixme$|tbd$|dummy$|example$|x{4,}$|\*{3,}$|\.{3}$|<[^<>]{1,80}>$|your[-_ ][\w-]{0,60}(?:password|secret|key|token|value|here|id)\b)/i;

const isPlaceholder = (value: string): boolean =>
  PLACEHOLDER.test(value.trim()) || /(?:^|[-_])(?:change[-_]?me|replace[-_]?me|placeholder)(?:$|[-_!.\d])/i.test(value.trim().slice(0, 200));
