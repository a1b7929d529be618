import type { Verdict } from '../../checks/verdict.ts';
import type { ServiceAnswersCheck } from '../check.ts';
import { KIND, pathOf } from '../discovery.ts';
import { connects } from '../probe-pods.ts';
import { endpointsOf } from '../status.ts';
import type { Service } from '../watch.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

/** HTTP through the API server's proxy, which needs no pod of ours; a bare connection from a probe pod inside. */
export async function serviceAnswers(check: ServiceAnswersCheck, bench: Bench): Promise<Verdict> {
  const { facts, world } = bench;
  const scene = bench.look();
  const member = memberNamed(scene, check.service);
  if (!member?.live) return unproven(`${check.service} is not in the cluster`);
  const service = member.live as unknown as Service; // memberNamed gave a Service
  const { name, namespace } = service.metadata;
  const port = check.port ?? service.spec?.ports?.[0]?.port;
  const entry = service.spec?.ports?.find((each) => each.port === port);
  const headless = service.spec?.clusterIP === 'None';
  if (port === undefined || (!entry && !headless)) {
    const ports = service.spec?.ports?.map((each) => each.port).join(', ') || 'none';
    return unmet(`${check.service} has no port ${port ?? ''}; it has ${ports}`, facts.fact(check.service, 'spec.ports', ports));
  }
  const { filled } = endpointsOf(service, world.all('EndpointSlice'));
  if (filled === 0 && service.spec?.selector)
    return unmet(`${check.service} has no ready endpoint, so nothing can answer`, facts.fact(check.service, 'endpoints', '0'));
  if (check.path === undefined) {
    const probe = await bench.probes.with(namespace ?? bench.namespace, { 'ai-agents/probe': 'answers' }, false);
    const saw = await connects(probe, `${name}.${namespace}`, port, 3);
    const fact = facts.fact(check.service, `connection to port ${port} from a pod`, saw);
    if (saw === 'open') return met(`${check.service} accepts connections on port ${port}`, fact);
    if (saw === 'refused') return unmet(`${check.service} refuses connections on port ${port}`, fact);
    return unproven(`a probe pod got no connection to ${check.service} on port ${port}; a policy may keep it from getting one`, fact);
  }
  const scheme = /^https/.test(entry?.name ?? '') || entry?.appProtocol === 'https' || port === 443 ? 'https:' : '';
  const path = `${pathOf(KIND.service, namespace)}/${scheme}${name}:${entry?.name ?? port}/proxy${check.path.startsWith('/') ? '' : '/'}${check.path}`;
  const { status, text } = await bench.cluster.api.send(path, { signal: bench.signal, patience: 5_000 });
  if (status === 403 && /cannot get resource "services\/proxy"/.test(text))
    return unproven(`these credentials may not use the API server's proxy to ask ${check.service}`);
  const answer = facts.fact(check.service, `GET ${check.path}`, `${status}: ${text.slice(0, 300)}`);
  const unreachable = status >= 500 && /"reason":"ServiceUnavailable"|error trying to reach service/.test(text);
  if (unreachable) return unmet(`${check.service} does not answer on port ${port}: ${facts.redact(text.slice(0, 160))}`, answer);
  const good = check.status === undefined ? status < 400 : status === check.status;
  if (!good) return unmet(`${check.service} answers ${check.path} with ${status}, not ${check.status ?? 'a status below 400'}`, answer);
  if (check.body !== undefined && !text.includes(check.body))
    return unmet(`${check.service} answers ${check.path} with ${status}, but its body does not contain "${check.body}"`, answer);
  return met(`${check.service} answers ${check.path} with ${status}${check.body === undefined ? '' : ` and "${check.body}"`}`, answer);
}
