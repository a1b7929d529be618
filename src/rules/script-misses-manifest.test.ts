import { scriptMissesManifest } from './script-misses-manifest.ts';
import { deployment, object, service, testRule } from './test-rule.ts';

const set = { 'k8s/a.yaml': deployment('a'), 'k8s/b.yaml': deployment('b'), 'k8s/c.yaml': deployment('c'), 'k8s/service.yaml': service('a') };
const script = (...lines: string[]) => ({ ...set, 'deploy.sh': `#!/bin/sh\n${lines.join('\n')}\n` });
const THREE = ['kubectl apply -f k8s/a.yaml', 'kubectl apply -f k8s/b.yaml', 'kubectl apply -f k8s/c.yaml'];

testRule(scriptMissesManifest, {
  passes: {
    'all of them': script(...THREE, 'kubectl apply -f k8s/service.yaml'),
    'the folder': script('kubectl apply -f k8s/'),
    'a few that it picks': script('kubectl apply -f k8s/a.yaml', 'kubectl apply -f k8s/b.yaml'),
    'something that nobody can tell': script(...THREE, 'kubectl apply -f "$EXTRA"'),
    'another script applies it': { ...script(...THREE), 'services.sh': '#!/bin/sh\nkubectl apply -f k8s/service.yaml\n' },
    'a template to be filled in': { ...script(...THREE, 'kubectl apply -f k8s/service.yaml'), 'k8s/secret.yaml.example': object('v1', 'Secret', 'a') },
    'a kustomization takes it in': { ...script(...THREE, 'kubectl apply -k k8s'), 'k8s/kustomization.yaml': 'resources: [service.yaml]\n' },
  },
  fails: {
    'one of four': [script(...THREE), ['kubectl apply -f k8s/a.yaml', { count: '3', folder: 'k8s', missed: 'service.yaml (Service/a)' }]],
    'in one command': [script('kubectl apply -f k8s/a.yaml -f k8s/b.yaml -f k8s/c.yaml'), 'kubectl apply -f k8s/a.yaml -f k8s/b.yaml -f k8s/c.yaml'],
  },
});
