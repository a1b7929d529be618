import { deployment, testRule } from './test-rule.ts';
import { unsafeSysctl } from './unsafe-sysctl.ts';

const sysctl = (name: string) => deployment('web', { pod: `securityContext:\n  sysctls:\n    - { name: ${name}, value: "1" }` });

testRule(unsafeSysctl, {
  passes: { 'a safe one': sysctl('net.ipv4.ip_unprivileged_port_start') },
  fails: { another: [sysctl('kernel.msgmax'), ['- { name: kernel.msgmax, value: "1" }', { sysctl: 'kernel.msgmax' }]] },
});
