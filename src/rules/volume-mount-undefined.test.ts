import { deployment, testRule } from './test-rule.ts';
import { volumeMountUndefined } from './volume-mount-undefined.ts';

const web = (mounts: string, volumes = 'volumes: [{ name: tmp, emptyDir: {} }]') => deployment('web', { pod: volumes, container: `volumeMounts:\n${mounts}` });

testRule(volumeMountUndefined, {
  passes: {
    'a volume of the pod': web('  - { name: tmp, mountPath: /tmp }'),
    'one volume at two paths': web('  - { name: tmp, mountPath: /tmp }\n  - { name: tmp, mountPath: /var/tmp }'),
    'a claim template': deployment('db', {
      kind: 'StatefulSet',
      spec: 'volumeClaimTemplates: [{ metadata: { name: data } }]',
      container: 'volumeMounts: [{ name: data, mountPath: /data }]',
    }),
    'a patch that adds the volume': {
      'base/web.yaml': web('  - { name: ca, mountPath: /ca }'),
      'prod/kustomization.yaml':
        'patches:\n  - target: { kind: Deployment }\n    patch: |\n      - { op: add, path: /spec/template/spec/volumes/-, value: { name: ca, emptyDir: {} } }\n',
    },
  },
  fails: {
    'another name': [
      web('  - { name: temp, mountPath: /tmp }'),
      ['- { name: temp, mountPath: /tmp }', { problem: 'mounts the volume temp, which its pod does not have' }],
    ],
    'no volumes at all': [web('  - name: tmp\n    mountPath: /tmp', ''), '- name: tmp'],
    'two at one path': [
      web('  - { name: tmp, mountPath: /tmp }\n  - { name: tmp, mountPath: /tmp, subPath: a }'),
      ['- { name: tmp, mountPath: /tmp, subPath: a }', { problem: 'mounts two volumes at /tmp' }],
    ],
    'a claim template of a Deployment has no claim': [
      deployment('web', { container: 'volumeMounts: [{ name: data, mountPath: /data }]' }),
      'volumeMounts: [{ name: data, mountPath: /data }]',
    ],
  },
});
