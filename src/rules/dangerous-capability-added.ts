import { capabilitiesOf } from './capabilities.ts';
import { linuxContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

/** Capabilities that amount to control over the node, its network or other processes (capabilities(7)). */
const DANGEROUS = new Set([
  'ALL',
  'BPF',
  'DAC_READ_SEARCH',
  'MAC_ADMIN',
  'MAC_OVERRIDE',
  'NET_ADMIN',
  'PERFMON',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'SYSLOG',
]);

export const dangerousCapabilityAdded = defineRule({
  id: 'dangerous-capability-added',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} adds the capability {capability}.',
  because: 'It lets a process change the node or its network, or read what other processes hold, much as root on the node can.',
  fix: 'Remove it, or keep the part that needs it in a small container of its own and say why in a comment that allows it.',
  fails: 'dangerous-capability-added/sys-admin.yaml',
  passes: 'dangerous-capability-added/bind-service.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      for (const { name, node } of capabilitiesOf(placed, 'add')) {
        if (DANGEROUS.has(name)) yield { at: node, args: { ...namesOf(placed), capability: name } };
      }
    }
  },
});
