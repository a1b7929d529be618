import type { Place } from '../checkout/source.ts';
import type { Inventory } from '../manifest/inventory.ts';
import { type Container, dataOf, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, type Node, textOf } from '../manifest/yaml.ts';
import { inNamespace, named, nearest } from './neighbours.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

export const workloadEvictionPolicy = defineRule({
  id: 'workload-eviction-policy',
  severity: 'high',
  says: '{workload} throws keys away when its memory is full ({policy}), and {reason}.',
  because: 'Jobs in a queue are keys like any other. When memory runs short the policy deletes some of them, and nobody learns which jobs were lost.',
  fix: 'Set maxmemory-policy noeviction, and keep caches in a Redis of their own.',
  fails: 'workload-eviction-policy/queue.yaml',
  passes: 'workload-eviction-policy/noeviction.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      const redis = workload.containers.find(isRedis);
      const policy = redis && policyOf(inventory, workload, redis);
      if (!policy || policy.name === 'noeviction') continue;
      const queue = inNamespace(inventory, workload).find((other) => other !== workload && usesQueue(other));
      const reason = queue
        ? `${titleOf(queue)} keeps its jobs in a queue`
        : policy.isDurable && !/cache/i.test(workload.name)
          ? 'appendonly says that its data shall last'
          : undefined;
      if (reason) yield { at: policy.at, args: { workload: titleOf(workload), policy: policy.name, reason } };
    }
  },
});

const isRedis = ({ image, command }: Container): boolean =>
  /(?:^|\/)(?:redis|valkey|keydb)(?:-stack-server|-server|-cluster)?$/.test(image?.repository ?? '') ||
  /(?:^|\/)(?:redis|valkey|keydb)-server$/.test(command[0] ?? '');

const POLICY = /maxmemory-policy[ \t"',=]{1,10}([a-z-]{1,20})/;

/** The eviction policy, from the command or from a configuration file that is mounted; the last one named counts, as in Redis. */
function policyOf(inventory: Inventory, workload: Workload, container: Container): { name: string; at: Place; isDurable: boolean } | undefined {
  const words = ['command', 'args'].flatMap((field) => itemsOf(get(container.node, field)));
  const texts = [...configFiles(inventory, workload), ...words];
  const isDurable = /appendonly[ \t]{1,4}yes/.test(`${texts.map((node) => textOf(node) ?? '').join(' ')}`);
  let found: { name: string; at: Place } | undefined;
  for (const node of texts) {
    const lines = (textOf(node) ?? '').split('\n').filter((line) => !/^\s*#/.test(line));
    const match = POLICY.exec(lines.join('\n'));
    if (match) found = { name: match[1]!, at: placeIn(node, match[0]) };
  }
  const flag = words.findIndex((node) => textOf(node) === '--maxmemory-policy');
  if (flag >= 0 && words[flag + 1]) found = { name: textOf(words[flag + 1]) ?? '', at: words[flag + 1]! };
  return found && { ...found, isDurable };
}

const configFiles = (inventory: Inventory, workload: Workload): readonly Node[] =>
  itemsOf(get(workload.pod, 'volumes')).flatMap((volume) => {
    const name = textOf(get(volume, 'configMap', 'name'));
    const config = name === undefined ? undefined : nearest(named(inventory, 'ConfigMap', name, workload), workload)[0];
    return config ? Array.from(dataOf(config).values(), ({ value }) => value) : [];
  });

/** Where the words stand; a flag of several words may be written apart. */
function placeIn(node: Node, words: string): Place {
  const start = node.source.text.indexOf(words, node.start);
  return start >= 0 && start < node.end ? { source: node.source, start, end: start + words.length } : node;
}

/** Programs and variables of the libraries that keep jobs in Redis. */
const QUEUE_PROGRAM = /(?:^|[\s/])(?:celery|sidekiq|rq|rqworker|bullmq|resque|arq|dramatiq|huey_consumer|taskiq|flower)(?:$|[\s:@])/;
const QUEUE_VARIABLE = /(?:^|_)(?:CELERY|BROKER|BULL|BULLMQ|SIDEKIQ|RESQUE|DRAMATIQ|HUEY|RQ|QUEUE)(?:_|$)/;

const usesQueue = (workload: Workload): boolean =>
  [...workload.initContainers, ...workload.containers].some(
    ({ command, env }) => command.some((word) => QUEUE_PROGRAM.test(word)) || env.some(({ name }) => QUEUE_VARIABLE.test(name.toUpperCase())),
  );
