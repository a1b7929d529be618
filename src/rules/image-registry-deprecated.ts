import { allContainers, inContainer, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Frozen on 3 April 2023: https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/ */
const FROZEN = new Set(['k8s.gcr.io', 'gcr.io/google_containers', 'gcr.io/google-containers']);

export const imageRegistryDeprecated = defineRule({
  id: 'image-registry-deprecated',
  severity: 'medium',
  says: 'Container {container} of {workload} pulls {image} from a registry that was frozen in 2023.',
  because: 'Kubernetes publishes nothing there any more: the image gets no fixes, and it may disappear.',
  fix: 'Pull it from registry.k8s.io.',
  fails: 'image-registry-deprecated/old.yaml',
  passes: 'image-registry-deprecated/new.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      const { image } = placed.container;
      if (!image?.registry) continue;
      const project = `${image.registry}/${image.repository.split('/', 1)[0]}`;
      if (FROZEN.has(image.registry) || FROZEN.has(project)) yield { at: inContainer(placed, 'image'), args: { ...namesOf(placed), image: image.reference } };
    }
  },
});
