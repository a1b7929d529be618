import type { Place } from '../../checkout/source.ts';
import { parseQuantity } from '../../manifest/quantity.ts';
import { get, itemsOf, textOf } from '../../manifest/yaml.ts';
import { type Cause, defineCauses } from '../cause.ts';
import { type LiveObject, valueAt } from '../object.ts';
import { type Member, placeIn, type Scene } from '../scene.ts';
import { type Claim, firstSeen } from '../watch.ts';

/** Claims that get no volume: the class does not exist, none is the default, or the volumes there do not fit in size, mode or access. */
export const claimCauses = defineCauses(function* (scene) {
  for (const claim of scene.world.all('PersistentVolumeClaim')) {
    if (claim.status?.phase === 'Bound') continue;
    const origin = originOf(claim, scene);
    if (!origin) continue;
    const events = scene.eventsOn(claim);
    const failure = events.find(({ reason }) => reason === 'ProvisioningFailed' || reason === 'FailedBinding' || reason === 'VolumeMismatch');
    if (!failure) continue;
    const found = reasonOf(claim, failure.message ?? '', origin.at, scene);
    if (!found) continue;
    yield {
      ...found,
      member: origin.member,
      evidence: [scene.facts.fact(`PersistentVolumeClaim/${claim.metadata.name}`, `event ${failure.reason}`, failure.message ?? '', firstSeen(failure))],
      shown: firstSeen(failure),
      nature: 'fault',
    };
  }
});

type Origin = { member: Member; at: (...path: (string | number)[]) => Place };

/** The manifest that a claim comes from: its own, or the volumeClaimTemplates of a StatefulSet. */
function originOf(claim: Claim, scene: Scene): Origin | undefined {
  for (const member of scene.members) {
    const { object, namespace, resource } = member.prepared;
    if (namespace !== claim.metadata.namespace) continue;
    if (object.kind === 'PersistentVolumeClaim' && object.metadata.name === claim.metadata.name) {
      return { member, at: (...path) => placeIn(resource, 'spec', ...path) };
    }
    if (object.kind !== 'StatefulSet') continue;
    const templates = itemsOf(get(resource.node, 'spec', 'volumeClaimTemplates'));
    const index = templates.findIndex((node) => claim.metadata.name.startsWith(`${textOf(get(node, 'metadata', 'name'))}-${object.metadata.name}-`));
    if (index >= 0) return { member, at: (...path) => placeIn(resource, 'spec', 'volumeClaimTemplates', index, 'spec', ...path) };
  }
  return undefined;
}

function reasonOf(claim: Claim, message: string, at: Origin['at'], scene: Scene): Pick<Cause, 'id' | 'says' | 'fix' | 'at'> | undefined {
  const name = claim.metadata.name;
  const unknownClass = /storageclass\.storage\.k8s\.io "([^"]+)" not found/.exec(message)?.[1];
  const classes = scene.inquiry.ask('storage classes', () => scene.questions.storageClasses()) ?? [];
  const there = classes.length > 0 ? `the cluster has ${classes.join(', ')}` : 'the cluster has none';
  if (unknownClass) {
    return {
      id: 'claim-unknown-class',
      says: `Claim ${name} asks for storage class ${unknownClass}; ${there}.`,
      fix: 'Name a class that the cluster has, or none to get its default.',
      at: at('storageClassName'),
    };
  }
  const volumes = scene.members.flatMap(({ prepared }) => (prepared.object.kind === 'PersistentVolume' ? [prepared.object] : []));
  const ofClass = volumes.filter((volume) => (valueAt(volume, 'spec', 'storageClassName') ?? '') === (claim.spec?.storageClassName ?? ''));
  const misfit = ofClass.map((volume) => misfitOf(claim, volume)).find((each) => each !== undefined);
  if (misfit) return { id: 'claim-does-not-fit', says: `Claim ${name} ${misfit.says}.`, fix: 'Make claim and volume agree.', at: at(...misfit.field) };
  if (ofClass.length > misfits(claim, ofClass)) return undefined; // one fits: it was only made a moment later
  if (/no persistent volumes available/.test(message)) {
    return {
      id: 'claim-no-volume',
      says: `Claim ${name} has ${claim.spec?.storageClassName === '' ? 'storage class "", which provisions nothing' : 'no storage class'}, and no volume is there for it; ${there}.`,
      fix: 'Name a storage class, or make a volume for it.',
      at: at('storageClassName'),
    };
  }
  return {
    id: 'claim-unbound',
    says: `Claim ${name} gets no volume: ${scene.facts.redact(message.slice(0, 200))}.`,
    fix: 'Correct what the provisioner complains about.',
    at: at(),
  };
}

function misfitOf(claim: Claim, volume: LiveObject): { says: string; field: string[] } | undefined {
  const spec = (volume.spec ?? {}) as { capacity?: { storage?: string }; accessModes?: string[]; volumeMode?: string; storageClassName?: string };
  const wanted = claim.spec?.resources?.requests?.storage ?? '';
  const modes = claim.spec?.accessModes ?? [];
  const missing = modes.find((mode) => !spec.accessModes?.includes(mode));
  if (missing) return { says: `asks for ${missing}, and volume ${volume.metadata.name} offers ${spec.accessModes?.join(', ')}`, field: ['accessModes'] };
  if ((spec.volumeMode ?? 'Filesystem') !== (claim.spec?.volumeMode ?? 'Filesystem')) {
    return {
      says: `asks for mode ${claim.spec?.volumeMode ?? 'Filesystem'}, and volume ${volume.metadata.name} is ${spec.volumeMode ?? 'Filesystem'}`,
      field: ['volumeMode'],
    };
  }
  const size = spec.capacity?.storage ?? '';
  if ((parseQuantity(wanted) ?? 0) <= (parseQuantity(size) ?? 0)) return undefined;
  return { says: `asks for ${wanted}, and volume ${volume.metadata.name} has ${size}`, field: ['resources', 'requests', 'storage'] };
}

const misfits = (claim: Claim, volumes: readonly LiveObject[]): number => volumes.filter((volume) => misfitOf(claim, volume) !== undefined).length;
