import { isWorkload } from '../manifest/resource.ts';
import { valueAt } from './object.ts';
import type { Member, Scene } from './scene.ts';

/** What one member needs of another to become ready, read from the manifests: never guessed from names alone. */
export interface Need {
  readonly of: Member;
  readonly on: Member;
  /** the port that it calls, when the manifests say so */
  readonly port?: number;
}

/**
 * Who needs whom: workloads the Services that their variables, arguments and configuration name as hosts, Services the workloads behind them,
 * workloads their claims and configuration, autoscalers and Ingresses what they point at.
 */
export function needsAmong(scene: Scene): readonly Need[] {
  const needs: Need[] = [];
  const add = (of: Member, on: Member | undefined, port?: number) => {
    if (on && on !== of && !needs.some((each) => each.of === of && each.on === on && each.port === port))
      needs.push({ of, on, ...(port === undefined ? {} : { port }) });
  };
  const services = scene.members.filter(({ prepared }) => prepared.object.kind === 'Service');
  const workloads = scene.members.filter(({ prepared }) => isWorkload(prepared.resource));
  for (const service of services) {
    for (const workload of workloads) if (isBehind(service, workload)) add(service, workload);
  }
  for (const workload of workloads) {
    const texts = textsOf(workload, scene);
    for (const service of services) {
      const calls = callsTo(service, workload, texts);
      for (const port of calls) add(workload, service, port);
    }
    const pod = podOf(workload);
    for (const volume of pod?.volumes ?? []) {
      add(workload, scene.member('PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName ?? '', workload));
    }
  }
  for (const member of scene.members) {
    const { kind } = member.prepared.object;
    const spec = member.prepared.object.spec as Record<string, unknown> | undefined;
    if (kind === 'HorizontalPodAutoscaler') {
      const target = spec?.scaleTargetRef as { kind?: string; name?: string } | undefined;
      add(member, scene.member(target?.kind ?? '', target?.name ?? '', member));
    } else if (kind === 'Ingress') {
      for (const service of services) if (JSON.stringify(spec).includes(`"name":"${service.prepared.object.metadata.name}"`)) add(member, service);
    } else if (kind === 'PodDisruptionBudget') {
      const labels = (valueAt(spec, 'selector', 'matchLabels') ?? {}) as Record<string, string>;
      for (const workload of workloads)
        if (workload.prepared.namespace === member.prepared.namespace && hasLabels(podLabels(workload), labels)) add(member, workload);
    }
  }
  return needs;
}

interface PodSpec {
  volumes?: { persistentVolumeClaim?: { claimName?: string }; configMap?: { name?: string }; secret?: { secretName?: string } }[];
  containers?: ContainerSpec[];
  initContainers?: ContainerSpec[];
}
interface ContainerSpec {
  name?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { configMapKeyRef?: { name: string; key: string }; secretKeyRef?: { name: string; key: string } } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
}

const podOf = ({ prepared }: Member): PodSpec | undefined =>
  isWorkload(prepared.resource) ? (valueAt(prepared.object, ...prepared.resource.podPath) as PodSpec | undefined) : undefined;

const podLabels = ({ prepared }: Member): Record<string, string> =>
  isWorkload(prepared.resource)
    ? ((valueAt(prepared.object, ...prepared.resource.podPath.slice(0, -1), 'metadata', 'labels') ?? {}) as Record<string, string>)
    : {};

const hasLabels = (labels: Record<string, string>, wanted: Record<string, string>): boolean =>
  Object.keys(wanted).length > 0 && Object.entries(wanted).every(([name, value]) => labels[name] === value);

/** Whether a Service's selector matches a workload's pods. */
export const isBehind = (service: Member, workload: Member): boolean =>
  service.prepared.namespace === workload.prepared.namespace &&
  hasLabels(podLabels(workload), (valueAt(service.prepared.object, 'spec', 'selector') ?? {}) as Record<string, string>);

/** A text that a workload's program gets to see, and whether it is one value on its own (of a variable) or prose and code. */
export interface Text {
  readonly text: string;
  readonly variable: string | undefined;
  readonly init: boolean;
}

/** Everything that a workload's containers are told: variables, arguments, mounted configuration. */
export function textsOf(workload: Member, scene: Scene): readonly Text[] {
  const pod = podOf(workload);
  const texts: Text[] = [];
  const data = (kind: 'ConfigMap' | 'Secret', name: string): Record<string, string> => {
    const object = scene.member(kind, name, workload)?.prepared.object;
    const plain = (object?.data ?? {}) as Record<string, string>;
    if (kind === 'ConfigMap') return plain;
    const decoded = Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
    return { ...decoded, ...((object?.stringData ?? {}) as Record<string, string>) };
  };
  const visit = (init: boolean) => (container: ContainerSpec) => {
    texts.push({ text: [...(container.command ?? []), ...(container.args ?? [])].join(' '), variable: undefined, init });
    for (const { name, value, valueFrom } of container.env ?? []) {
      const { configMapKeyRef: config, secretKeyRef: secret } = valueFrom ?? {};
      const text = value ?? (config ? data('ConfigMap', config.name)[config.key] : secret ? data('Secret', secret.name)[secret.key] : undefined);
      if (text) texts.push({ text, variable: name, init });
    }
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      const from = configMapRef ? data('ConfigMap', configMapRef.name) : secretRef ? data('Secret', secretRef.name) : {};
      for (const [name, text] of Object.entries(from)) texts.push({ text, variable: name, init });
    }
  };
  pod?.initContainers?.forEach(visit(true));
  pod?.containers?.forEach(visit(false));
  for (const { configMap, secret } of pod?.volumes ?? []) {
    const mounted = configMap?.name ? data('ConfigMap', configMap.name) : secret?.secretName ? data('Secret', secret.secretName) : {};
    for (const text of Object.values(mounted)) texts.push({ text, variable: undefined, init: false });
  }
  return texts;
}

/** A host with a port as programs, scripts and connection strings write it. */
export interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

const URL_HOST = /[a-z][a-z0-9+]*:\/\/(?:[^\s/@"']*@)?([A-Za-z0-9][A-Za-z0-9.-]*)(?::(\d{1,5}))?/g;
const HOST_PORT = /(?:^|[\s"'=,;@])([A-Za-z][A-Za-z0-9.-]*)[: ](\d{2,5})(?![\w.])/g;
const FLAG_HOST = /(?:^|\s)(?:-h|-H|--host)[ =]([A-Za-z][A-Za-z0-9.-]*)(?:[^|&;]{0,40}?\s(?:-p|-P|--port)[ =](\d{2,5}))?/g;
const LOOKUP = /\b(?:nslookup|getent hosts|dig|ping)\s+(?:-\S+\s+)?([A-Za-z][A-Za-z0-9.-]*)/g;
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  redis: 6379,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  amqp: 5672,
  mongodb: 27017,
};

/** The hosts that a text names as addresses, not as words: in URLs, `host:port`, `nc host port`, `-h host`, and as the whole of a *_HOST variable. */
export function addressesIn({ text, variable }: Pick<Text, 'text' | 'variable'>): readonly Address[] {
  const found: Address[] = [];
  const add = (host: string | undefined, port: string | number | undefined) => {
    if (host && host.length < 254) found.push({ host: host.replace(/\.$/, ''), port: port === undefined ? undefined : Number(port) });
  };
  for (const match of text.matchAll(URL_HOST)) add(match[1], match[2] ?? DEFAULT_PORTS[match[0].split('+')[0]!.split(':')[0]!]);
  for (const match of text.matchAll(HOST_PORT)) add(match[1], match[2]);
  for (const match of text.matchAll(FLAG_HOST)) add(match[1], match[2]);
  for (const match of text.matchAll(LOOKUP)) add(match[1], undefined);
  if (variable !== undefined && /(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|SERVICE|ENDPOINT)$/i.test(variable) && /^[A-Za-z][A-Za-z0-9.-]*$/.test(text))
    add(text, undefined);
  return found;
}

/** Whether a host name means a Service, as pods of a namespace resolve it; a StatefulSet's pod has its own name before the Service's. */
export function isService(host: string, service: { name: string; namespace: string | undefined }, from: string | undefined): boolean {
  const { name, namespace } = service;
  const long = [`${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  const names = from === namespace ? [name, ...long] : long;
  return names.some((each) => host === each || (host.endsWith(`.${each}`) && host.split('.').length === each.split('.').length + 1));
}

function callsTo(service: Member, workload: Member, texts: readonly Text[]): readonly (number | undefined)[] {
  const { name } = service.prepared.object.metadata;
  const target = { name, namespace: service.prepared.namespace };
  const ports = texts
    .filter(({ text }) => text.includes(name))
    .flatMap(addressesIn)
    .filter(({ host }) => isService(host, target, workload.prepared.namespace))
    .map(({ port }) => port);
  return Array.from(new Set(ports));
}
