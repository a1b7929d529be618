import type { Inventory } from '../manifest/inventory.ts';
import { CLUSTER_DNS, type End, endOf, type FlowJudgement, isolates, judgeDns, judgeFlow, judgeIngress } from '../manifest/policy.ts';
import { isWorkload, placeOf, selects, type Workload } from '../manifest/resource.ts';
import { get, itemsOf, type Node, numberOf, placeAt, stringsOf, textOf } from '../manifest/yaml.ts';
import type { FlowCheck, FlowEnd } from './check.ts';
import { locate } from './fragment.ts';
import { type Evidence, quote, type SomeEvidence, type Verdict } from './verdict.ts';

/** Whether the NetworkPolicies let traffic through, as a network that enforces them judges it, one verdict for each pair of ends and each port. */
export function answerFlow(check: FlowCheck, inventory: Inventory): readonly Verdict[] {
  const receivers = check.to === 'dns' ? [] : workloadsOf(check.to, inventory);
  const verdicts: Verdict[] = [];
  if (check.to === 'dns') for (const sender of senders(check.from, undefined, inventory)) verdicts.push(verdictOf(check, judgeDns(inventory, sender)));
  for (const receiver of receivers) {
    const end = endOf(inventory, receiver);
    const ports = check.port === undefined ? receiver.containers.flatMap((container) => container.ports.map((port) => port.number)) : [check.port];
    for (const port of ports) {
      for (const sender of senders(check.from, end, inventory))
        verdicts.push(verdictOf(check, (check.inbound ? judgeIngress : judgeFlow)(inventory, sender, end, port)));
      if (check.only) verdicts.push(exclusive(check, receiver, port, inventory));
      if (check.denied && 'anyone' in check.from) verdicts.push(closed(receiver, port, inventory));
    }
  }
  return verdicts;
}

const workloadsOf = (targets: FlowCheck['to'], inventory: Inventory): Workload[] =>
  targets === 'dns' ? [] : targets.flatMap((target) => locate(target, inventory)?.resource ?? []).filter(isWorkload);

/** Anyone is a pod without labels in another namespace: what it may do, any pod may. */
function senders(from: FlowEnd, receiver: End | undefined, inventory: Inventory): End[] {
  if ('targets' in from) return workloadsOf(from.targets, inventory).map((workload) => endOf(inventory, workload));
  const namespace = 'labels' in from ? (receiver ?? CLUSTER_DNS).namespace : 'any-other-namespace';
  const namespaceLabels = 'labels' in from && receiver ? receiver.namespaceLabels : new Map<string, string>();
  return [{ labels: new Map(Object.entries('labels' in from ? from.labels : {})), namespace, namespaceLabels, containers: [] }];
}

function verdictOf(check: FlowCheck, { allowed, because, by, at }: FlowJudgement): Verdict {
  const shown = by.map((policy) => quote(at && at.source === policy.source ? at : placeOf(policy)));
  if (allowed === undefined || shown.length === 0) return { is: 'unproven', because: `${because}: ${check.says}`, evidence: shown };
  const holds = allowed !== (check.denied === true);
  return { is: holds ? 'met' : 'unmet', because: holds ? check.says : because, evidence: shown as unknown as SomeEvidence };
}

/** Whether every rule for the port admits none but the sender. */
function exclusive(check: FlowCheck, receiver: Workload, port: number, inventory: Inventory): Verdict {
  const policies = inventory.policiesFor(receiver).filter((policy) => isolates(policy, 'Ingress'));
  const [first] = policies;
  if (!first) return { is: 'unproven', because: `no policy limits what reaches ${receiver.name}`, evidence: [] };
  const end = endOf(inventory, receiver);
  const wanted = senders(check.from, end, inventory);
  const good: Evidence[] = [];
  for (const policy of policies) {
    for (const [index, rule] of itemsOf(get(policy.node, 'spec', 'ingress')).entries()) {
      const peers = itemsOf(get(rule, 'from'));
      if (!concerns(rule, receiver, port)) continue;
      const stranger =
        peers.length === 0 ? 'anyone' : peers.map((peer) => (admitsOnly(peer, wanted) ? undefined : peerShown(peer))).find((peer) => peer !== undefined);
      if (peers.some((peer) => get(peer, 'namespaceSelector'))) {
        const evidence = [quote(placeAt(policy.node, 'spec', 'ingress', index))];
        return { is: 'unproven', because: `NetworkPolicy ${policy.name} also names namespaces, whose pods are not in the files`, evidence };
      }
      if (stranger)
        return {
          is: 'unmet',
          because: `NetworkPolicy ${policy.name} lets ${stranger} in on port ${port} as well`,
          evidence: [quote(placeAt(policy.node, 'spec', 'ingress', index))],
        };
      good.push(quote(placeAt(policy.node, 'spec', 'ingress', index)));
    }
  }
  const [one, ...rest] = good.length > 0 ? good : [quote(placeOf(first))];
  return { is: 'met', because: `nothing else is let in on port ${port}`, evidence: [one!, ...rest] };
}

function concerns(rule: Node, receiver: Workload, port: number): boolean {
  const ports = itemsOf(get(rule, 'ports'));
  return (
    ports.length === 0 ||
    ports.some((each) => {
      const [first, last, name] = [numberOf(get(each, 'port')), numberOf(get(each, 'endPort')), textOf(get(each, 'port'))];
      if (first !== undefined) return first <= port && port <= (last ?? first);
      return name === undefined || receiver.containers.some((container) => container.ports.some((own) => own.name === name && own.number === port));
    })
  );
}

/** Whether no rule for the port names anything outside of the receiver's namespace. */
function closed(receiver: Workload, port: number, inventory: Inventory): Verdict {
  const policies = inventory.policiesFor(receiver).filter((policy) => isolates(policy, 'Ingress'));
  const [first, ...rest] = policies;
  if (!first) return { is: 'unproven', because: `no policy limits what reaches ${receiver.name}`, evidence: [] };
  for (const policy of policies) {
    for (const [index, rule] of itemsOf(get(policy.node, 'spec', 'ingress')).entries()) {
      const peers = itemsOf(get(rule, 'from'));
      if (!concerns(rule, receiver, port)) continue;
      const evidence: SomeEvidence = [quote(placeAt(policy.node, 'spec', 'ingress', index))];
      if (peers.length === 0) return { is: 'unmet', because: `NetworkPolicy ${policy.name} lets anyone in on port ${port}`, evidence };
      if (peers.some((peer) => get(peer, 'namespaceSelector') || get(peer, 'ipBlock')))
        return { is: 'unproven', because: `NetworkPolicy ${policy.name} also names namespaces or addresses, whose pods are not in the files`, evidence };
    }
  }
  const because = `no rule lets pods of other namespaces in on port ${port}`;
  return { is: 'met', because, evidence: [quote(placeOf(first)), ...rest.map((policy) => quote(placeOf(policy)))] };
}

/** A peer that asks for at least the labels that a wanted sender has in its selector's keys: no other pod of the repository, and no pod without them, fits it. */
function admitsOnly(peer: Node, wanted: readonly End[]): boolean {
  const selector = get(peer, 'podSelector');
  const asked = stringsOf(get(selector, 'matchLabels'));
  if (!selector || get(peer, 'ipBlock') || asked.size === 0) return false;
  return wanted.some(({ labels }) => selects(selector, labels));
}

const peerShown = (peer: Node): string => {
  const labels = Array.from(stringsOf(get(peer, 'podSelector', 'matchLabels')), ([key, value]) => `${key}=${value}`);
  if (labels.length > 0) return `pods with ${labels.join(', ')}`;
  return get(peer, 'ipBlock') ? `addresses of ${textOf(get(peer, 'ipBlock', 'cidr')) ?? 'a range'}` : 'every pod of a namespace';
};
