import { get, itemsOf, placeAt, textOf } from '../manifest/yaml.ts';
import { hasPlaceholder } from './elsewhere.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const ingressTlsHostMismatch = defineRule({
  id: 'ingress-tls-host-mismatch',
  severity: 'medium',
  security: true,
  says: '{ingress} serves {host} without a certificate for it: its tls section names {hosts}.',
  because: 'Browsers get a certificate for another name, or plain HTTP, and refuse it or warn.',
  fix: 'List the host under spec.tls, or correct it in the rule.',
  fails: 'ingress-tls-host-mismatch/other-host.yaml',
  passes: 'ingress-tls-host-mismatch/wildcard.yaml',
  *find(inventory) {
    for (const ingress of objects(inventory, 'Ingress')) {
      const entries = itemsOf(get(ingress.node, 'spec', 'tls'));
      const lists = entries.map((entry) => itemsOf(get(entry, 'hosts')).flatMap((host) => textOf(host) ?? []));
      if (lists.length === 0 || lists.some((list) => list.length === 0)) continue; // an entry without hosts is for all of them
      const hosts = lists.flat();
      if (hosts.some(hasPlaceholder)) continue;
      for (const rule of itemsOf(get(ingress.node, 'spec', 'rules'))) {
        const host = textOf(get(rule, 'host'));
        if (host === undefined || host === '' || hasPlaceholder(host) || hosts.some((covered) => covers(covered, host))) continue;
        yield { at: placeAt(rule, 'host'), args: { ingress: titleOf(ingress), host, hosts: hosts.join(', ') } };
      }
    }
  },
});

/** A wildcard stands for one label: `*.example.com` is no certificate for `a.b.example.com`. */
const covers = (covered: string, host: string): boolean =>
  covered.toLowerCase() === host.toLowerCase() || (covered.startsWith('*.') && host.slice(host.indexOf('.')).toLowerCase() === covered.slice(1).toLowerCase());
