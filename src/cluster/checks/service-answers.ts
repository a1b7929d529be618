import type { RuntimeEvidence, Verdict } from '../../checks/verdict.ts';
import type { ServiceAnswersCheck } from '../check.ts';
import { KIND, pathOf } from '../discovery.ts';
import { forwardTo } from '../forward.ts';
import { connects } from '../probe-pods.ts';
import { endpointsOf } from '../status.ts';
import type { Service } from '../watch.ts';
import { type Bench, memberNamed, met, unmet, unproven } from './bench.ts';

/** HTTP through the API server's proxy, which needs no pod of ours; a bare connection from a probe pod inside; a port-forward as what it is. */
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
  if (check.by === 'port-forward') return await forwarded(check, service, entry?.name, port, bench);
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
  if (status >= 500 && SILENCE.test(text))
    return unproven(`the API server got no connection to ${check.service} on port ${port}; a policy may keep it from getting one`, answer);
  const unreachable = status >= 500 && /"reason":"ServiceUnavailable"|error trying to reach service/.test(text);
  if (unreachable) return unmet(`${check.service} does not answer on port ${port}: ${facts.redact(text.slice(0, 160))}`, answer);
  return judgeHttp(check, status, text, answer);
}

/** The API server's words for packets that nobody answers, unlike a refusal. */
const SILENCE = /i\/o timeout|deadline exceeded|Client\.Timeout|no route to host|network is unreachable/;

function judgeHttp(check: ServiceAnswersCheck, status: number, body: string, answer: RuntimeEvidence): Verdict {
  const path = check.path ?? '/';
  const good = check.status === undefined ? status < 400 : status === check.status;
  if (!good) return unmet(`${check.service} answers ${path} with ${status}, not ${check.status ?? 'a status below 400'}`, answer);
  if (check.body !== undefined && !body.includes(check.body))
    return unmet(`${check.service} answers ${path} with ${status}, but its body does not contain "${check.body}"`, answer);
  return met(`${check.service} answers ${path} with ${status}${check.body === undefined ? '' : ` and "${check.body}"`}`, answer);
}

const FORWARD_WITHIN = 10_000;

/** What comes back from a ready pod behind the Service: anything at all shows that somebody listens, HTTP is judged when it is asked for. */
async function forwarded(check: ServiceAnswersCheck, service: Service, portName: string | undefined, port: number, bench: Bench): Promise<Verdict> {
  const { name, namespace = bench.namespace } = service.metadata;
  const slices = bench.world
    .all('EndpointSlice')
    .filter(({ metadata }) => metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === name);
  const targets = slices.flatMap(({ endpoints, ports }) => {
    const target = ports?.find((each) => (each.name ?? '') === (portName ?? ''))?.port;
    const pod = endpoints?.find(({ conditions, targetRef }) => conditions?.ready !== false && targetRef?.kind === 'Pod')?.targetRef?.name;
    return target && pod ? [{ namespace, pod, port: target }] : [];
  });
  const target = targets[0];
  if (!target) return unproven(`no pod behind ${check.service} is known to forward port ${port} to`);
  const request = `GET ${check.path ?? '/'} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n`;
  const whole = check.body === undefined ? /^HTTP\/\d\.\d \d{3}/ : undefined;
  const enough = (bytes: string) => (check.path === undefined ? bytes !== '' : (whole?.test(bytes) ?? false) || bytes.includes(check.body ?? '\0'));
  const { bytes, error } = await forwardTo(bench.cluster.api, target, request, enough, FORWARD_WITHIN, bench.signal);
  const said = bytes.slice(0, 300) || error || 'nothing';
  const answer = bench.facts.fact(check.service, `port-forward to port ${target.port} of Pod/${target.pod}`, said);
  if (bytes === '' && /connection refused/.test(error))
    return unmet(`nothing listens on port ${target.port} of Pod/${target.pod} behind ${check.service}`, answer);
  if (bytes === '') return unproven(`nothing came back from port ${target.port} of Pod/${target.pod} behind ${check.service}`, answer);
  if (check.path === undefined) return met(`${check.service} answers on port ${port} through a port-forward`, answer);
  const [, status] = /^HTTP\/\d\.\d (\d{3})/.exec(bytes) ?? [];
  if (!status) return unmet(`what answers on port ${port} of ${check.service} does not speak HTTP`, answer);
  return judgeHttp(check, Number(status), bytes.slice(bytes.indexOf('\r\n\r\n')), answer);
}
