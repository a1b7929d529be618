import { Source } from '../checkout/source.ts';
import type { Check, Expected } from '../checks/check.ts';
import type { Resource } from '../manifest/resource.ts';
import { get, type Node, parseYaml, plain, textOf } from '../manifest/yaml.ts';
import type { Claim } from '../story/story.ts';
import { type Context, fragmentOf } from './context.ts';
import { targetsOf } from './shape.ts';

/**
 * Checks that an author states under a claim: fragments in chainsaw's way (`apiVersion`, `kind` and `metadata` choose the objects, the rest must match
 * in one of them, or, under `yaml error`, in none), and `file:`, `section:` and `script:` for what is no object.
 */
export function assertionChecks(claim: Claim, context: Context): Check[] {
  return claim.assertions.flatMap(({ says, yaml, place }) => {
    const { documents, problem } = parseYaml(new Source(place.source.path, yaml));
    if (problem || documents.length === 0)
      return [{ is: 'unread' as const, aside: false, says: `the ${says} block is no YAML that can be used: ${problem?.problem.message ?? 'it is empty'}` }];
    return documents.map((document) => stated(document, says, context));
  });
}

function stated(document: Node, mode: 'assert' | 'error', context: Context): Check {
  const file = textOf(get(document, 'file'));
  const section = textOf(get(document, 'section'));
  const script = textOf(get(document, 'script'));
  if (script) {
    const runs = textOf(get(document, 'runs')) ?? '';
    return { is: 'script', path: script, step: runs ? 'runs' : 'works', commands: [runs], says: runs ? `${script} runs ${runs}` : `${script} works` };
  }
  if (section) {
    const says = textOf(get(document, 'says'));
    const paths = file ? [file] : Array.from(context.inventory.sources.keys()).filter((path) => /\.md$/.test(path));
    return {
      is: 'says',
      in: 'section',
      paths,
      about: [[section]],
      items: says ? [[says]] : [],
      most: [],
      says: `a section about ${section}${says ? ` says ${says}` : ''}`,
    };
  }
  const contains = textOf(get(document, 'contains'));
  if (file && contains) return { is: 'says', in: 'text', paths: [file], about: [], items: [[contains]], most: [], says: `${file} contains ${contains}` };
  if (file) return { is: 'file', path: file, exists: mode === 'assert', says: `${file} is ${mode === 'assert' ? 'there' : 'not there'}` };
  const kind = textOf(get(document, 'kind'));
  if (!kind) return { is: 'unread', aside: false, says: `the ${mode} block names no kind, file, section or script` };
  const name = textOf(get(document, 'metadata', 'name'));
  const namespace = textOf(get(document, 'metadata', 'namespace'));
  const all = context.inventory
    .ofKind(kind)
    .filter((resource) => (name === undefined || resource.name === name) && (namespace === undefined || resource.namespace === namespace));
  const says = `${mode}: ${kind}${name ? `/${name}` : ''}`;
  if (all.length === 0) {
    return mode === 'error' ? { is: 'any', says, of: [] } : { is: 'absent', says: `there is no ${kind}${name ? ` ${name}` : ''}` };
  }
  if (get(document, 'status')) return ofLiveObject(document, all, mode, says);
  return fragmentOf(says, targetsOf(all), plain(document) as Expected, mode, mode === 'error' ? 'each' : 'any');
}

/** No file has a status: only the object in a cluster does. */
function ofLiveObject(document: Node, [one, ...more]: readonly Resource[], mode: 'assert' | 'error', says: string): Check {
  if (!one || more.length > 0) return { is: 'unread', aside: false, says: `${says} with a status must name one object` };
  const { apiVersion: _, kind: __, metadata, ...rest } = plain(document) as { metadata?: Record<string, Expected>; [field: string]: Expected | undefined };
  const { name: ___, namespace: ____, ...kept } = metadata ?? {}; // they chose the object; a proof has namespaces of its own
  const fragment = { ...rest, ...(Object.keys(kept).length > 0 ? { metadata: kept } : {}) } as Expected;
  return { is: 'runtime', needs: 'a cluster', refutedBy: [], live: [{ asks: 'fragment', mode, object: `${one.kind}/${one.name}`, fragment, says }], says };
}
