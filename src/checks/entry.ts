import { type Entry, entriesOf } from '../code/entries.ts';
import type { Inventory } from '../manifest/inventory.ts';
import type { EntryCheck } from './check.ts';
import { quote, type Verdict } from './verdict.ts';

/** Whether a file has a line of this name, and with this value. */
export function answerEntry(check: EntryCheck, inventory: Inventory): Verdict {
  const source = inventory.sources.get(check.path);
  if (!source) return { is: 'unproven', because: `${check.path} was not read as text`, evidence: [] };
  const entries = entriesOf(source);
  const found = entries.filter((entry) => isCalled(entry, check.name));
  const start = quote({ source, start: 0, end: Math.max(1, source.text.indexOf('\n')) });
  const [first] = found;
  if (!first) return { is: 'unmet', because: `${check.path} has no ${check.name}`, evidence: [start] };
  const fitting = found.find(({ value }) => check.value === undefined || (value !== undefined && squeezed(value) === squeezed(check.value)));
  if (fitting) return { is: 'met', because: check.says, evidence: [quote(fitting.place)] };
  return { is: 'unmet', because: `${check.name} is ${first.value || 'empty'}, not ${check.value}`, evidence: [quote(first.place)] };
}

function isCalled({ name, section }: Entry, wanted: string): boolean {
  return plain(name) === plain(wanted) || (section !== '' && plain(`${section}.${name}`) === plain(wanted));
}

/** `node_modules/`, `/node_modules` and `**` + `/node_modules` ignore the same folder; packages are compared as Python's index does. */
const plain = (name: string): string =>
  name
    .replace(/^(?:\*\*\/|\/|\.\/)/, '')
    .replace(/\/\*{0,2}$/, '')
    .toLowerCase()
    .replaceAll('_', '-');
const squeezed = (value: string): string => value.replace(/["'\s]/g, '').toLowerCase();
