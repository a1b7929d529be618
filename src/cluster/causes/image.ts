import { defineCauses } from '../cause.ts';
import { containerRef, placeInContainer, type Scene } from '../scene.ts';

/** Images that do not arrive. The kubelet's reasons: ErrImagePull, ImagePullBackOff, InvalidImageName, ErrImageNeverPull (pkg/kubelet/images/types.go). */
export const imageCauses = defineCauses(function* (scene) {
  for (const view of scene.pods) {
    for (const container of view.containers) {
      const waiting = container.status?.state?.waiting;
      const message = waiting?.message ?? '';
      const reference = container.spec.image ?? '';
      const found = reasonOf(waiting?.reason, message, reference, scene);
      if (!found) continue;
      const ref = containerRef(view, container);
      yield {
        ...found,
        member: view.member,
        at: placeInContainer(view.workload, container, found.field),
        evidence: [scene.facts.fact(ref, 'state.waiting', `${waiting?.reason}: ${message}`)],
        shown: scene.refusedSince(view, container),
        nature: 'fault',
        key: `${found.id} ${reference}`,
      };
    }
  }
});

function reasonOf(
  reason: string | undefined,
  message: string,
  image: string,
  scene: Scene,
): { id: string; says: string; fix: string; field: string } | undefined {
  switch (reason) {
    case 'InvalidImageName':
      return {
        id: 'image-name-invalid',
        says: `"${image}" is not the name of an image${/must be lowercase/.test(message) ? ': it must be lower case' : ''}.`,
        fix: 'Write it as registry/repository:tag in lower case.',
        field: 'image',
      };
    case 'ErrImageNeverPull':
      return {
        id: 'image-never-pulled',
        says: `Image ${image} is not on the node, and imagePullPolicy Never forbids to pull it.`,
        fix: 'Use IfNotPresent, or load the image onto every node.',
        field: 'imagePullPolicy',
      };
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return pullFailure(message, image, scene);
    default:
      return undefined;
  }
}

const UNAUTHORIZED = /\b401\b|\b403\b|unauthori[sz]ed|authentication required|no basic auth|denied|authorization failed/i;
const NOT_FOUND = /not ?found|manifest unknown|name unknown|\b404\b/i;

function pullFailure(message: string, image: string, scene: Scene): { id: string; says: string; fix: string; field: string } | undefined {
  if (UNAUTHORIZED.test(message)) {
    return {
      id: 'image-needs-credentials',
      says: `The registry gives ${image} only to those it knows${/does not exist/.test(message) ? ', or has no such image' : ''}.`,
      fix: 'Name a pull secret in imagePullSecrets, or check the name.',
      field: 'image',
    };
  }
  if (NOT_FOUND.test(message)) {
    const nodes = scene.inquiry.ask('nodes', () => scene.questions.nodes());
    if (nodes === undefined) return undefined; // a moment later we know whether a node has it all the same
    if (nodes.some(({ images }) => images.some((name) => sameImage(name, image)))) {
      return {
        id: 'image-pull-policy',
        says: `Image ${image} is on the node, but imagePullPolicy Always asks the registry, which does not have it.`,
        fix: 'Use imagePullPolicy IfNotPresent, or push the image.',
        field: 'imagePullPolicy',
      };
    }
    return { id: 'image-not-found', says: `The registry has no image ${image}.`, fix: 'Check its name and tag, and that it was pushed.', field: 'image' };
  }
  if (/no such host|timeout|timed out|connection refused|unreachable|no route/i.test(message)) {
    return {
      id: 'image-registry-unreachable',
      says: `The node cannot reach the registry of ${image}.`,
      fix: 'Check the registry’s host name and the node’s network.',
      field: 'image',
    };
  }
  if (/no match for platform|exec format/i.test(message)) {
    return {
      id: 'image-wrong-architecture',
      says: `Image ${image} has no build for the node’s architecture.`,
      fix: 'Build it for that architecture.',
      field: 'image',
    };
  }
  // ImagePullBackOff of some versions repeats nothing of the failure; the event or the next attempt will.
  return undefined;
}

/** Whether a node's image name is what a manifest's short name means. */
function sameImage(onNode: string, wanted: string): boolean {
  const full = (name: string) => {
    const first = name.split('/', 1)[0]!;
    const host = name.includes('/') && (/[.:]/.test(first) || first === 'localhost') ? name : `docker.io/${name.includes('/') ? name : `library/${name}`}`;
    return /[:@][^/]*$/.test(host) ? host : `${host}:latest`;
  };
  return full(onNode) === full(wanted);
}
