import type { Verdict } from '../../checks/verdict.ts';
import type { ResolvesCheck } from '../check.ts';
import { type Bench, met, movedHost, unmet, unproven } from './bench.ts';

/** Asks cluster DNS from a probe pod, by the name's whole form so that no search list decides. */
export async function resolves(check: ResolvesCheck, bench: Bench): Promise<Verdict> {
  const moved = movedHost(check.name, bench.look());
  const whole = /\.svc$/.test(moved) ? `${moved}.cluster.local` : moved.includes('.') ? moved : `${moved}.${bench.namespace}.svc.cluster.local`;
  const probe = await bench.probes.with(bench.namespace, { 'ai-agents/probe': 'resolves' }, false);
  const { code, stdout, stderr } = await probe.run(['nslookup', '-type=a', whole], 10_000);
  const fact = bench.facts.fact(`DNS ${check.name}`, `nslookup ${whole}`, (stdout + stderr).trim());
  if (/timed out|no servers could be reached/.test(stdout + stderr)) return unproven(`cluster DNS did not answer a probe pod about ${check.name}`, fact);
  if (code === 0 && !/NXDOMAIN|can't find/.test(stdout)) return met(`${check.name} resolves in the cluster`, fact);
  return unmet(`${check.name} does not resolve in the cluster`, fact);
}
