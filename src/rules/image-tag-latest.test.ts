import { imageTagLatest } from './image-tag-latest.ts';
import { deployment, testRule } from './test-rule.ts';

testRule(imageTagLatest, {
  passes: {
    'a version': deployment('web', { image: 'registry.example.com:5000/web:1.4' }),
    'a digest, whatever the tag': deployment('web', { image: `web:latest@sha256:${'0'.repeat(64)}` }),
    'a tag that is filled in later': deployment('web', { image: 'web:$TAG' }),
    'an image that is filled in later': deployment('web', { image: '$(REGISTRY)/web' }),
    'a tag that a kustomization gives': {
      'base/web.yaml': deployment('web', { image: 'ghcr.io/shop/web' }),
      'prod/kustomization.yaml': 'resources: [../base]\nimages:\n  - name: ghcr.io/shop/web\n    newTag: v3\n',
    },
    'an image that Skaffold builds': {
      'k8s/web.yaml': deployment('web', { image: 'web' }),
      'skaffold.yaml': 'apiVersion: skaffold/v4beta6\nkind: Config\nbuild:\n  artifacts:\n    - image: web\n',
    },
  },
  fails: {
    latest: [deployment('web', { image: 'web:latest' }), ['image: web:latest', { container: 'web', workload: 'Deployment/web', image: 'web:latest' }]],
    'no tag, but a port in the registry': [deployment('web', { image: 'localhost:5000/web' }), 'image: localhost:5000/web'],
    'an init container': [deployment('web', { pod: 'initContainers:\n  - name: wait\n    image: busybox' }), 'image: busybox'],
    'a kustomization that renames another image': [
      {
        'base/web.yaml': deployment('web', { image: 'web' }),
        'prod/kustomization.yaml': 'resources: [../base]\nimages:\n  - name: api\n    newTag: v3\n',
      },
      'image: web',
    ],
  },
});
