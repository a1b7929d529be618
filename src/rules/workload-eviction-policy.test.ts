import { deployment, object, testRule } from './test-rule.ts';
import { workloadEvictionPolicy } from './workload-eviction-policy.ts';

const worker = deployment('worker', { container: 'command: [celery, -A, app, worker]' });
const redis = (args: string) => deployment('redis', { image: 'redis:7', container: `args: ${args}` });
const mounted = deployment('redis', {
  image: 'redis:7',
  container: 'command: [redis-server, /etc/redis/redis.conf]',
  pod: 'volumes: [{ name: config, configMap: { name: redis } }]',
});
const config = (lines: string) => object('v1', 'ConfigMap', 'redis', `data:\n  redis.conf: |\n    ${lines.replaceAll('\n', '\n    ')}`);

testRule(workloadEvictionPolicy, {
  passes: {
    noeviction: worker + redis('[--maxmemory-policy, noeviction]'),
    'no policy, which means noeviction': worker + redis('[--maxmemory, 1gb]'),
    'a cache that no queue uses': deployment('web') + redis('[--maxmemory-policy, allkeys-lru]'),
    'a queue of another namespace':
      deployment('worker', { namespace: 'a', container: 'command: [celery]' }) +
      deployment('redis', { namespace: 'b', image: 'redis:7', container: 'args: [--maxmemory-policy, allkeys-lru]' }),
    'a comment': worker + mounted + config('# maxmemory-policy allkeys-lru'),
    'a configuration that is not mounted': worker + redis('[]') + config('maxmemory-policy allkeys-lru'),
    'another program': worker + deployment('db', { image: 'postgres:17', container: 'args: [--maxmemory-policy, allkeys-lru]' }),
  },
  fails: {
    'in the arguments': [
      worker + redis('\n  - --maxmemory-policy\n  - allkeys-lru'),
      ['- allkeys-lru', { workload: 'Deployment/redis', policy: 'allkeys-lru', reason: 'Deployment/worker keeps its jobs in a queue' }],
    ],
    'in one string': [worker + redis('["--maxmemory-policy volatile-lru"]'), 'args: ["--maxmemory-policy volatile-lru"]'],
    'in a configuration file': [
      worker + mounted + config('maxmemory 1500m\nmaxmemory-policy allkeys-lru'),
      ['maxmemory-policy allkeys-lru', { policy: 'allkeys-lru' }],
    ],
    'a variable that names the broker': [
      deployment('api', { container: 'env: [{ name: CELERY_BROKER_URL, value: "redis://redis:6379/1" }]' }) + redis('[--maxmemory-policy, allkeys-random]'),
      'args: [--maxmemory-policy, allkeys-random]',
    ],
    'data that shall last': [
      mounted + config('appendonly yes\nmaxmemory-policy allkeys-lru'),
      ['maxmemory-policy allkeys-lru', { reason: 'appendonly says that its data shall last' }],
    ],
  },
});
