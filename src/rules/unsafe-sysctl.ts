import { get, itemsOf, textOf } from '../manifest/yaml.ts';
import { titleOf, workloads } from './objects.ts';
import { defineRule } from './rule.ts';

/** https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/#safe-and-unsafe-sysctls, as of 1.32. */
const SAFE = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

export const unsafeSysctl = defineRule({
  id: 'unsafe-sysctl',
  severity: 'medium',
  security: true,
  says: '{workload} sets the kernel parameter {sysctl}, which is not safe.',
  because: 'Kubelets refuse the pod unless they were told to allow it, and it may disturb other pods of the node.',
  fix: 'Remove it, or set it for the node.',
  fails: 'unsafe-sysctl/somaxconn.yaml',
  passes: 'unsafe-sysctl/port-start.yaml',
  *find(inventory) {
    for (const workload of workloads(inventory)) {
      for (const item of itemsOf(get(workload.pod, 'securityContext', 'sysctls'))) {
        const sysctl = textOf(get(item, 'name'));
        if (sysctl !== undefined && !SAFE.has(sysctl)) yield { at: item, args: { workload: titleOf(workload), sysctl } };
      }
    }
  },
});
