import path from 'node:path';
import type { Dockerfile } from '../code/dockerfile.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { once } from '../manifest/once.ts';
import { type Image, parseImage } from '../manifest/resource.ts';
import { entriesOf, get, textOf } from '../manifest/yaml.ts';

/**
 * The Dockerfile that builds an image, when the repository says so: a `docker build` in a script or guide, a compose service,
 * or the folder that has the image's name.
 */
export function dockerfileOf(inventory: Inventory, image: Image | undefined): Dockerfile | undefined {
  if (!image || inventory.dockerfiles.length === 0) return undefined;
  const name = lastName(image);
  const file = builds(inventory).get(name);
  if (file !== undefined) return inventory.dockerfiles.find(({ source }) => source.path === file);
  const named = inventory.dockerfiles.filter(({ source }) => path.posix.basename(path.posix.dirname(source.path)) === name);
  return named.length === 1 ? named[0] : undefined;
}

const lastName = ({ repository }: Image): string => repository.slice(repository.lastIndexOf('/') + 1);

/** Dockerfiles by the last part of the names that they are built as; a name that is built from two of them is left out. */
const builds = once((inventory: Inventory): ReadonlyMap<string, string> => {
  const found = new Map<string, string | undefined>();
  const add = (reference: string, file: string) => {
    const name = lastName(parseImage(reference));
    if (name === '' || /[$`{]/.test(name) || !inventory.paths.has(file)) return;
    found.set(name, found.has(name) && found.get(name) !== file ? undefined : file);
  };
  for (const { text } of inventory.sources.values()) {
    if (!text.includes('docker') || !text.includes('build')) continue;
    for (const [, rest = ''] of text.replaceAll('\\\n', ' ').matchAll(/\bdocker[ \t]+(?:buildx[ \t]+|image[ \t]+)?build\b([^\n]{0,500})/g)) {
      const words = rest.split(/\s+/);
      const after = (...flags: string[]) => words[words.findIndex((word) => flags.includes(word)) + 1];
      const tag = words.some((word) => word === '-t' || word === '--tag') ? after('-t', '--tag') : undefined;
      const file = words.some((word) => word === '-f' || word === '--file') ? after('-f', '--file') : path.posix.join(context(words), 'Dockerfile');
      if (tag && file) add(unquoted(tag), path.posix.normalize(unquoted(file)));
    }
  }
  for (const [file, documents] of inventory.otherYaml) {
    for (const document of documents) {
      for (const { value: service } of entriesOf(get(document, 'services')).values()) {
        const image = textOf(get(service, 'image'));
        const build = get(service, 'build');
        if (!image || !build) continue;
        const folder = textOf(build) ?? textOf(get(build, 'context')) ?? '.';
        add(image, path.posix.normalize(path.posix.join(path.posix.dirname(file), folder, textOf(get(build, 'dockerfile')) ?? 'Dockerfile')));
      }
    }
  }
  return new Map(Array.from(found).flatMap(([name, file]) => (file === undefined ? [] : [[name, file] as const])));
});

/** The build context: the last word that is no flag and no flag's value. */
const context = (words: readonly string[]): string => unquoted(words.findLast((word) => /^[\w./"'-]+$/.test(word) && !word.startsWith('-')) ?? '.');
const unquoted = (word: string): string => word.replace(/^["'`]+|["'`]+$/g, '');
