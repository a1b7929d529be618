import { runsWords } from '../checks/shell-words.ts';
import { entriesOf as linesOf } from '../code/entries.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { entriesOf, get, textOf } from '../manifest/yaml.ts';

interface Task {
  /** the command lines that start it */
  readonly calls: readonly (readonly string[])[];
  readonly runs: string;
}

const known = new WeakMap<Inventory, readonly Task[]>();
const DEPTH = 3;

/** Commands that run another one through a script of package.json or a target of a Makefile: `npm run lint` for `eslint`. */
export function commandsThatRun(inventory: Inventory, words: readonly string[]): readonly (readonly string[])[] {
  let tasks = known.get(inventory);
  if (!tasks) known.set(inventory, (tasks = tasksOf(inventory)));
  const found: (readonly string[])[] = [];
  let wanted: readonly (readonly string[])[] = [words];
  for (let depth = 0; depth < DEPTH && wanted.length > 0; depth++) {
    const next = tasks.filter(({ runs }) => wanted.some((each) => runsWords(runs, each))).flatMap(({ calls }) => calls);
    wanted = next.filter((call) => !found.some((each) => each.join(' ') === call.join(' ')));
    found.push(...wanted);
  }
  return found;
}

function tasksOf(inventory: Inventory): Task[] {
  const tasks: Task[] = [];
  for (const source of inventory.sources.values()) {
    if (/(?:^|\/)package\.json$/.test(source.path)) {
      for (const [name, { value }] of entriesOf(get(inventory.documentsOf(source.path)[0], 'scripts'))) {
        const runs = textOf(value);
        if (runs === undefined) continue;
        const managers = ['npm', 'pnpm', 'yarn', 'bun'];
        tasks.push({
          calls: [
            ...managers.map((manager) => [manager, 'run', name]),
            ...(name === 'test' || name === 'start' ? managers : managers.slice(1)).map((manager) => [manager, name]),
          ],
          runs,
        });
      }
    }
    if (/(?:^|\/)(?:GNU)?[Mm]akefile$/.test(source.path)) {
      for (const { name, place } of linesOf(source)) {
        const recipe = /^(?:\t.*(?:\n|$))+/.exec(source.text.slice(place.end + 1))?.[0] ?? '';
        if (recipe !== '') tasks.push({ calls: [['make', name]], runs: recipe.replace(/^\t[@-]*/gm, '') });
      }
    }
  }
  return tasks;
}
