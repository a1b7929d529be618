import { get, textOf } from '../manifest/yaml.ts';
import { allContainers, inContainer, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const imagePullPolicyNotAlways = defineRule({
  id: 'image-pull-policy-not-always',
  severity: 'low',
  optIn: true,
  says: 'Container {container} of {workload} may start from an image that its node kept.',
  because: 'A cached image starts without asking the registry, so a tag that was moved stays old and a pull right that was withdrawn still counts.',
  fix: 'Set imagePullPolicy to Always, or pin the image by its digest.',
  fails: 'image-pull-policy-not-always/if-not-present.yaml',
  passes: 'image-pull-policy-not-always/always.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      const { image, node } = placed.container;
      if (!image || image.digest) continue;
      // The API's default: Always for latest and for no tag.
      const policy = textOf(get(node, 'imagePullPolicy')) ?? (image.tag === undefined || image.tag === 'latest' ? 'Always' : 'IfNotPresent');
      if (policy !== 'Always') yield { at: inContainer(placed, 'imagePullPolicy'), args: namesOf(placed) };
    }
  },
});
