import { kustomized } from '../manifest/kustomization.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { allContainers, inContainer, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Tags that registries move by convention. `stable` and the like are left out: some projects do publish releases under them. */
const MOVING = new Set(['latest', 'edge', 'nightly', 'main', 'master', 'dev', 'develop', 'canary', 'unstable']);

export const imageTagLatest = defineRule({
  id: 'image-tag-latest',
  severity: 'medium',
  says: 'Container {container} of {workload} runs {image}, which may be another program tomorrow.',
  because: 'A moving tag gives every node whatever the registry holds when it pulls, so two replicas can differ and a roll-back changes nothing.',
  fix: 'Name a released version, or pin the image by its digest.',
  fails: 'image-tag-latest/latest.yaml',
  passes: 'image-tag-latest/version.yaml',
  *find(inventory) {
    const { images } = kustomized(inventory);
    for (const placed of allContainers(inventory)) {
      const { image } = placed.container;
      if (!image || image.digest || hasPlaceholder(image.reference)) continue;
      const name = image.registry ? `${image.registry}/${image.repository}` : image.repository;
      if (images.has(name) || (image.tag !== undefined && !MOVING.has(image.tag))) continue; // a kustomization gives it a tag
      yield { at: inContainer(placed, 'image'), args: { ...namesOf(placed), image: image.reference } };
    }
  },
});
