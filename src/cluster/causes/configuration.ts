import type { Place } from '../../checkout/source.ts';
import { get, itemsOf, placeAt, textOf } from '../../manifest/yaml.ts';
import { type Cause, defineCauses } from '../cause.ts';
import { type ContainerView, containerRef, type PodView, placeIn, placeInContainer, type Scene } from '../scene.ts';
import { firstSeen } from '../watch.ts';

const MISSING_OBJECT = /(?:MountVolume\.SetUp failed for volume "([^"]*)" : )?(configmap|secret) "([^"]+)" not found/i;
const MISSING_KEY = /couldn't find key (\S+) in (ConfigMap|Secret) [^/\s]*\/(\S+)/;
const MISSING_FILE = /MountVolume\.SetUp failed for volume "([^"]*)" : (?:references non-existent (config|secret) key: (\S+)|non-existent config key: (\S+))/;

/** A ConfigMap, a Secret, a key of one, or a service account that a pod needs and nobody made. */
export const configurationCauses = defineCauses(function* (scene) {
  for (const view of scene.pods) {
    for (const container of view.containers) {
      const refusal = scene.refusal(view, container);
      const found = refusal && missingIn(refusal.message, view, container, scene);
      if (!found) continue;
      yield {
        ...found,
        member: view.member,
        evidence: [scene.facts.fact(containerRef(view, container), refusal.field, refusal.message)],
        shown: scene.refusedSince(view, container),
      };
    }
    const running = view.containers.some(({ status }) => status?.state?.running ?? status?.state?.terminated);
    const mount = running
      ? undefined
      : scene.eventsOn(view.pod).find(({ reason, message }) => reason === 'FailedMount' && /not found|non-existent/.test(message ?? ''));
    if (mount) {
      const found = missingMount(mount.message ?? '', view, scene);
      if (found) {
        yield {
          ...found,
          member: view.member,
          evidence: [scene.facts.fact(`Pod/${view.pod.metadata.name}`, 'event FailedMount', mount.message, firstSeen(mount))],
          shown: firstSeen(mount),
        };
      }
    }
  }
});

type Missing = Pick<Cause, 'id' | 'says' | 'fix' | 'at' | 'key' | 'nature' | 'needs'>;

const KINDS: Readonly<Record<string, 'ConfigMap' | 'Secret'>> = { configmap: 'ConfigMap', secret: 'Secret', config: 'ConfigMap' };

function missingIn(message: string, view: PodView, container: ContainerView, scene: Scene): Missing | undefined {
  const object = MISSING_OBJECT.exec(message);
  if (object)
    return missingObject(
      KINDS[object[2]!.toLowerCase()]!,
      object[3]!,
      referencePlace(view, container, KINDS[object[2]!.toLowerCase()]!, object[3]!),
      view,
      scene,
    );
  const key = MISSING_KEY.exec(message);
  if (key) return missingKey(key[2] as 'ConfigMap' | 'Secret', key[3]!, key[1]!, keyPlace(view, container, key[3]!, key[1]!), view, scene);
  return undefined;
}

function missingMount(message: string, view: PodView, scene: Scene): Missing | undefined {
  const file = MISSING_FILE.exec(message);
  const volume = (file ?? MISSING_OBJECT.exec(message))?.[1];
  const index = itemsOf(get(view.workload.pod, 'volumes')).findIndex((node) => textOf(get(node, 'name')) === volume);
  if (index < 0) return undefined;
  const at = (...path: (string | number)[]) => placeIn(view.workload, ...view.workload.podPath, 'volumes', index, ...path);
  const node = get(view.workload.pod, 'volumes', index);
  const source = ['configMap', 'secret'].find((field) => get(node, field)) ?? (get(node, 'projected') ? 'projected' : '');
  if (file) {
    const kind = source === 'secret' || file[2] === 'secret' ? 'Secret' : 'ConfigMap';
    const name = textOf(get(node, source, 'name')) ?? textOf(get(node, source, 'secretName')) ?? '';
    return missingKey(kind, name, file[3] ?? file[4] ?? '', at(source, 'items'), view, scene);
  }
  const object = MISSING_OBJECT.exec(message);
  if (!object) return undefined;
  return missingObject(KINDS[object[2]!.toLowerCase()]!, object[3]!, at(source, source === 'secret' ? 'secretName' : 'name'), view, scene);
}

function missingObject(kind: 'ConfigMap' | 'Secret', name: string, at: Place, view: PodView, scene: Scene): Missing {
  const rejected = scene.member(kind, name, view.member);
  const similar = scene.members.find(
    ({ prepared }) => prepared.object.kind === kind && prepared.namespace === view.member.prepared.namespace && close(prepared.object.metadata.name, name),
  );
  return {
    id: `${kind.toLowerCase()}-missing`,
    says: `${view.member.prepared.ref} needs ${kind}/${name}, which ${rejected ? 'the cluster did not take' : 'no manifest makes'}${similar ? `; there is ${similar.prepared.ref}` : ''}.`,
    fix: similar
      ? `Name ${similar.prepared.object.metadata.name} here.`
      : kind === 'Secret'
        ? 'Add it (a template will do), or give it with --secrets FILE.'
        : 'Add it, or name one that exists.',
    at,
    key: `missing ${kind}/${name}`,
    ...(rejected ? { nature: 'symptom', needs: [rejected] } : { nature: 'fault' }),
  };
}

function missingKey(kind: 'ConfigMap' | 'Secret', name: string, key: string, at: Place, view: PodView, scene: Scene): Missing {
  const object = scene.member(kind, name, view.member)?.prepared.object;
  const keys = Object.keys({ ...(object?.data as object | undefined), ...(object?.stringData as object | undefined) });
  return {
    id: 'key-missing',
    says: `${kind}/${name} has no key ${key}${keys.length > 0 ? `; it has ${keys.join(', ')}` : ''}.`,
    fix: `Add the key to ${kind}/${name}, or name one that it has.`,
    at,
    key: `missing ${kind}/${name} ${key}`,
    nature: 'fault',
  };
}

/** Where a container names a ConfigMap or Secret, in `env` or `envFrom`. */
function referencePlace(view: PodView, container: ContainerView, kind: 'ConfigMap' | 'Secret', name: string): Place {
  const parsed = [...view.workload.initContainers, ...view.workload.containers].find((each) => each.name === container.name);
  const from = parsed?.envFrom.find((each) => each.kind === kind && each.name === name);
  if (from) return placeAt(from.node, kind === 'Secret' ? 'secretRef' : 'configMapRef', 'name');
  const variable = parsed?.env.find((each) => typeof each.from === 'object' && each.from.kind === kind && each.from.name === name);
  if (variable) return placeAt(variable.node, 'valueFrom', kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef', 'name');
  return placeInContainer(view.workload, container, 'name');
}

function keyPlace(view: PodView, container: ContainerView, name: string, key: string): Place {
  const parsed = [...view.workload.initContainers, ...view.workload.containers].find((each) => each.name === container.name);
  const variable = parsed?.env.find(({ from }) => typeof from === 'object' && from.name === name && from.key === key);
  if (!variable || typeof variable.from !== 'object') return placeInContainer(view.workload, container, 'env');
  return placeAt(variable.node, 'valueFrom', variable.from.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef', 'key');
}

/** One is the other with something before or behind it, or they differ in one letter: `app-config` and `app-configs`. */
function close(a: string, b: string): boolean {
  if (a.startsWith(b) || b.startsWith(a) || a.endsWith(b) || b.endsWith(a)) return true;
  return a.length === b.length && Array.from(a).filter((letter, index) => letter !== b[index]).length === 1;
}
