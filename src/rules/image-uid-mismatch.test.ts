import { imageUidMismatch } from './image-uid-mismatch.ts';
import { deployment, testRule } from './test-rule.ts';

const set = (user: string, security: string) => ({
  'web/Dockerfile': `FROM node:24\n${user}\n`,
  'k8s/web.yaml': deployment('web', { container: `securityContext: { ${security} }` }),
});

testRule(imageUidMismatch, {
  passes: {
    'a number': set('USER 10001', 'runAsNonRoot: true'),
    'the manifest gives the number': set('USER node', 'runAsNonRoot: true, runAsUser: 1000'),
    'nothing is demanded': set('USER node', 'privileged: false'),
    'the base image decides': set('', 'runAsNonRoot: true'),
    'another image': {
      'api/Dockerfile': 'FROM node:24\nUSER node\n',
      'k8s/web.yaml': deployment('web', { container: 'securityContext: { runAsNonRoot: true }' }),
    },
  },
  fails: {
    'a name': [
      set('USER node', 'runAsNonRoot: true'),
      ['securityContext: { runAsNonRoot: true }', { user: 'node', problem: 'the kubelet cannot tell whether that is root', dockerfile: 'web/Dockerfile' }],
    ],
    root: [set('USER root', 'runAsNonRoot: true'), ['securityContext: { runAsNonRoot: true }', { problem: 'that is root' }]],
    'the last USER counts': [set('USER 10001\nRUN true\nUSER app:app', 'runAsNonRoot: true'), ['securityContext: { runAsNonRoot: true }', { user: 'app' }]],
    'the pod demands it': [
      { 'web/Dockerfile': 'FROM node:24\nUSER node\n', 'k8s/web.yaml': deployment('web', { pod: 'securityContext: { runAsNonRoot: true }' }) },
      '- name: web',
    ],
  },
});
