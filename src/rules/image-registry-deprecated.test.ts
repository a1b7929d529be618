import { imageRegistryDeprecated } from './image-registry-deprecated.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(imageRegistryDeprecated, {
  passes: {
    'the new registry': deployment('web', { image: 'registry.k8s.io/pause:3.9' }),
    'another project of gcr.io': deployment('web', { image: 'gcr.io/shop/web:1' }),
  },
  fails: {
    'k8s.gcr.io': [deployment('web', { image: 'k8s.gcr.io/pause:3.1' }), ['image: k8s.gcr.io/pause:3.1', { image: 'k8s.gcr.io/pause:3.1' }]],
    google_containers: [deployment('web', { image: 'gcr.io/google_containers/pause:3.1' }), 'image: gcr.io/google_containers/pause:3.1'],
  },
});
