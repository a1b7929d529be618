import { entriesOf, get, textOf } from '../manifest/yaml.ts';
import { capabilitiesOf } from './capabilities.ts';
import { linuxContainers, namesOf, type Placed, securityOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const linuxHardeningMissing = defineRule({
  id: 'linux-hardening-missing',
  severity: 'medium',
  security: true,
  optIn: true,
  says: 'Container {container} of {workload} uses none of seccomp, AppArmor, SELinux and dropped capabilities.',
  because: 'Each of them alone stops a whole class of break-outs; a container without any relies on the kernel being free of faults.',
  fix: 'Set seccompProfile.type to RuntimeDefault and drop all capabilities.',
  fails: 'linux-hardening-missing/none.yaml',
  passes: 'linux-hardening-missing/seccomp.yaml',
  *find(inventory) {
    for (const placed of linuxContainers(inventory)) {
      if (!isConfined(placed)) yield { at: placed.container.node, args: namesOf(placed) };
    }
  },
});

function isConfined(placed: Placed): boolean {
  const { workload, container } = placed;
  const profile = (kind: string) => textOf(securityOf(placed, kind, 'type'));
  const seccomp = profile('seccompProfile');
  const appArmor =
    profile('appArmorProfile') ??
    textOf(get(workload.node, ...workload.podPath.slice(0, -1), 'metadata', 'annotations', `container.apparmor.security.beta.kubernetes.io/${container.name}`));
  return (
    (seccomp !== undefined && seccomp !== 'Unconfined') ||
    (appArmor !== undefined && appArmor.toLowerCase() !== 'unconfined') ||
    entriesOf(securityOf(placed, 'seLinuxOptions')).size > 0 ||
    (capabilitiesOf(placed, 'drop').length > 0 && !capabilitiesOf(placed, 'add').some(({ name }) => name === 'ALL'))
  );
}
