import path from 'node:path';
import { type AppliedFile, appliedFiles, scriptsRun } from '../code/applied-files.ts';
import type { Script } from '../code/shell.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { isFragment } from '../manifest/kustomization.ts';
import { append } from './append.ts';
import { titleOf } from './objects.ts';
import { defineRule, type Found } from './rule.ts';

/** A script that applies fewer files of a folder than this picks them; it does not mean the folder. */
const LEAST = 3;

export const scriptMissesManifest = defineRule({
  id: 'script-misses-manifest',
  severity: 'medium',
  says: 'The script applies {count} files of {folder}/ one by one and leaves out {missed}.',
  because: 'A file that was split off or added later is easily forgotten in such a list: its objects never reach the cluster.',
  fix: 'Apply the folder (kubectl apply -f {folder}/), or add the file.',
  fails: 'script-misses-manifest/forgotten',
  passes: 'script-misses-manifest/complete',
  *find(inventory) {
    const scripts = inventory.scripts.filter(({ source }) => source.text.includes('kubectl') || source.text.includes('oc '));
    const applied = new Map(scripts.map((script) => [script, appliedFiles(script, inventory.paths)]));
    for (const [script, { files, unresolved }] of applied) {
      if (unresolved.length > 0) continue; // it applies something more, and nobody can say what
      yield* missedBy(inventory, files, new Set([...elsewhere(applied, script), ...runByIt(inventory, script, applied)]));
    }
  },
});

function* missedBy(inventory: Inventory, files: readonly AppliedFile[], others: ReadonlySet<string>): Iterable<Found> {
  const folders = Map.groupBy(
    files.filter(({ as }) => as === 'file'),
    ({ path: file }) => path.posix.dirname(file),
  );
  for (const [folder, group] of folders) {
    const own = new Set(group.map(({ path: file }) => file));
    if (own.size < LEAST || files.some(({ as, path: file }) => as !== 'file' && folder.startsWith(path.posix.dirname(file)))) continue;
    const missed = new Map<string, string[]>();
    for (const resource of inventory.resources) {
      const file = resource.source.path;
      if (path.posix.dirname(file) !== folder || own.has(file) || others.has(file) || resource.template || isFragment(inventory, resource)) continue;
      if (resource.apiVersion.startsWith('kustomize.config.k8s.io/')) continue;
      append(missed, file, titleOf(resource));
    }
    // Where more is left out than applied, the script picks what it wants.
    if (missed.size === 0 || missed.size > own.size / 2) continue;
    const list = Array.from(missed, ([file, objects]) => `${path.posix.basename(file)} (${objects.join(', ')})`).join(' and ');
    yield { at: group[0]!.command.place, args: { count: String(own.size), folder, missed: list } };
  }
}

/** What other scripts apply: a set may be split between several of them. */
const elsewhere = (applied: ReadonlyMap<Script, { files: readonly AppliedFile[] }>, script: Script): string[] =>
  Array.from(applied).flatMap(([other, { files }]) => (other === script ? [] : files.map(({ path: file }) => file)));

/** Files of the scripts that it runs, and whatever they apply that nobody can name. */
const runByIt = (inventory: Inventory, script: Script, applied: ReadonlyMap<Script, { unresolved: readonly unknown[] }>): string[] => {
  const run = new Set(scriptsRun(script, inventory.paths).map(({ path: file }) => file));
  const isOpen = Array.from(applied).some(([other, { unresolved }]) => run.has(other.source.path) && unresolved.length > 0);
  return isOpen ? Array.from(inventory.paths) : [];
};
