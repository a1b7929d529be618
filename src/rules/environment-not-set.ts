import { lineOf } from '../checkout/source.ts';
import type { EnvironmentRead } from '../code/environment.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isPatched } from '../manifest/kustomization.ts';
import { dataOf } from '../manifest/resource.ts';
import { named } from './neighbours.ts';
import { allContainers, inContainer, namesOf, type Placed } from './objects.ts';
import { programIn } from './programs.ts';
import { defineRule } from './rule.ts';

export const environmentNotSet = defineRule({
  id: 'environment-not-set',
  severity: 'high',
  says: 'Container {container} of {workload} cannot start {entry}: nothing sets {variables}, which {reader} requires.',
  because: 'The program ends with an error as soon as it is loaded, and the pod stays in CrashLoopBackOff.',
  fix: 'Set the variable under env, or add it to a ConfigMap or Secret under envFrom; mind the prefix that the code expects.',
  fails: 'environment-not-set/without-prefix',
  passes: 'environment-not-set/with-prefix',
  *find(inventory) {
    if (inventory.environmentReads.length === 0) return;
    for (const placed of allContainers(inventory)) {
      const program = programIn(inventory, placed.container);
      const set = program && variablesOf(inventory, placed);
      if (!program || !set || program.words.some((word) => /^(?:source|\.|export|env|dotenv|envconsul|doppler|op|infisical|chamber)$/.test(word))) continue;
      const missing = inventory.environmentReads.filter(
        (read) =>
          read.required === true && read.when === 'import' && program.modules.has(read.place.source.path) && !isSet(inventory, read, set, program.variables),
      );
      if (missing.length === 0) continue;
      const variables = Array.from(new Set(missing.map(({ name }) => name)));
      const { place } = missing[0]!;
      const args = { ...namesOf(placed), entry: program.entry, variables: listOf(variables), reader: `${place.source.path}:${lineOf(place)}` };
      yield { at: inContainer(placed, 'env'), args };
    }
  },
});

const listOf = (words: readonly string[]): string => (words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`);

function isSet(inventory: Inventory, { name, alternatives }: EnvironmentRead, set: ReadonlySet<string>, image: ReadonlySet<string>): boolean {
  const names = [name, ...alternatives];
  return names.some(
    (each) =>
      set.has(each) || set.has(each.toLowerCase()) || image.has(each) || GIVEN.has(each) || each.startsWith('KUBERNETES_') || isCommitted(inventory, each),
  );
}

/** What every container has, and what the kubelet sets. */
const GIVEN = new Set(['HOME', 'HOSTNAME', 'PATH', 'PWD', 'USER', 'TERM', 'LANG', 'SHELL', 'TMPDIR']);

/** A `.env` file in the repository may be copied into the image. */
const isCommitted = (inventory: Inventory, name: string): boolean =>
  Array.from(inventory.sources.values()).some(({ path, text }) => /(?:^|\/)\.env(?:\.production)?$/.test(path) && text.includes(`${name}=`));

/** The names that the manifests set; undefined when more may be set than the files say. */
function variablesOf(inventory: Inventory, { workload, container }: Placed): ReadonlySet<string> | undefined {
  if (isPatched(inventory, workload, 'env') || isPatched(inventory, workload, 'envFrom')) return undefined;
  if (Array.from(workload.annotations.keys()).some((name) => /inject|vault|dapr/.test(name))) return undefined;
  const names = new Set(container.env.map(({ name }) => name));
  for (const { kind, name, prefix } of container.envFrom) {
    const configs = named(inventory, kind, name, workload);
    if (configs.length === 0) return undefined;
    for (const config of configs) for (const key of dataOf(config).keys()) names.add(prefix + key);
  }
  return names;
}
