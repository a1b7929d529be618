import { resourceRequestExceedsLimit } from './resource-request-exceeds-limit.ts';
import { deployment, testRule } from './test-rule.ts';

const resources = (requests: string, limits: string) => deployment('web', { container: `resources:\n  requests: { ${requests} }\n  limits: { ${limits} }` });

testRule(resourceRequestExceedsLimit, {
  passes: {
    'equal in other units': resources('cpu: 1000m, memory: 1024Mi', 'cpu: 1, memory: 1Gi'),
    'no limit': resources('cpu: 2', 'memory: 1Gi'),
    'a memory of zero means none': resources('memory: 0', 'memory: 1Gi'),
    'a whole large machine': resources('cpu: 96', 'cpu: 96'),
    'filled in later': resources('memory: $MEMORY', 'memory: $MEMORY'),
  },
  fails: {
    'request above limit': [resources('cpu: 2', 'cpu: 1500m'), ['requests: { cpu: 2 }', { problem: 'asks for 2 of cpu and is limited to 1500m' }]],
    'memory in thousandths of a byte': [
      resources('cpu: 1', 'memory: 512m'),
      ['limits: { memory: 512m }', { problem: 'has memory 512m, which is less than a megabyte in its limits' }],
    ],
    'a bare number of megabytes': [resources('memory: 512', 'cpu: 1'), 'requests: { memory: 512 }'],
    'a bare number of millicores': [
      resources('cpu: 500', 'memory: 1Gi'),
      ['requests: { cpu: 500 }', { problem: 'has cpu 500, which are 500 whole cores in its requests' }],
    ],
    'a unit that Kubernetes does not have': [
      resources('memory: 512MB', 'cpu: 1'),
      ['requests: { memory: 512MB }', { problem: 'has memory 512MB, which is no quantity in its requests' }],
    ],
  },
});
