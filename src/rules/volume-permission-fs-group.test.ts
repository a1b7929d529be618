import { deployment, testRule } from './test-rule.ts';
import { volumePermissionFsGroup } from './volume-permission-fs-group.ts';

const MOUNT = 'volumeMounts:\n  - { name: data, mountPath: /data }';
const VOLUME = 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]';
const db = (security: string, container = MOUNT, pod = VOLUME) => deployment('db', { pod: `${pod}\n${security}`, container });

testRule(volumePermissionFsGroup, {
  passes: {
    'an fsGroup': db('securityContext: { runAsUser: 999, fsGroup: 999 }'),
    root: db('securityContext: { runAsUser: 0 }'),
    'the group of root': db('securityContext: { runAsUser: 999, runAsGroup: 0 }'),
    'nothing is said about the user, which is another finding': db(''),
    'mounted read-only': db('securityContext: { runAsUser: 999 }', 'volumeMounts: [{ name: data, mountPath: /data, readOnly: true }]'),
    'an emptyDir, which everybody may write': db('securityContext: { runAsUser: 999 }', MOUNT, 'volumes: [{ name: data, emptyDir: {} }]'),
    'an init container that hands it over': db(
      'securityContext: { runAsUser: 999 }\ninitContainers: [{ name: chown, image: busybox:1, command: [chown, "999", /data], volumeMounts: [{ name: data, mountPath: /data }] }]',
    ),
  },
  fails: {
    'a claim': [
      db('securityContext: { runAsUser: 999 }'),
      ['- { name: data, mountPath: /data }', { container: 'db', workload: 'Deployment/db', volume: 'data' }],
    ],
    'runAsNonRoot without a number': [db('securityContext: { runAsNonRoot: true }'), '- { name: data, mountPath: /data }'],
    'a claim template, and the container says its user': [
      deployment('db', {
        kind: 'StatefulSet',
        spec: 'volumeClaimTemplates: [{ metadata: { name: data } }]',
        container: `${MOUNT}\nsecurityContext: { runAsUser: 999 }`,
      }),
      '- { name: data, mountPath: /data }',
    ],
  },
});
