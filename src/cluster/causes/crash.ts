import type { V1ContainerStateTerminated } from '@kubernetes/client-node';
import type { Place } from '../../checkout/source.ts';
import { type Cause, defineCauses } from '../cause.ts';
import type { Wire } from '../object.ts';
import { type ContainerView, containerRef, type PodView, placeIn, placeInContainer, type Scene } from '../scene.ts';
import { lastSeen } from '../watch.ts';

type Terminated = Wire<V1ContainerStateTerminated>;
type Found = Pick<Cause, 'id' | 'says' | 'fix' | 'at' | 'nature' | 'final'> & { readonly line?: string };

/** Programs that end when they should run, and why: what the runtime says, how they ended, and what they wrote last. */
export const crashCauses = defineCauses(function* (scene) {
  for (const view of scene.pods) {
    for (const container of view.containers) {
      const { status } = container;
      const ended = status?.state?.terminated ?? status?.lastState?.terminated;
      const well = ended?.exitCode === 0 && ended.reason !== 'OOMKilled';
      if (!ended || (well && !shouldRun(view, container))) {
        const wrongUser = refusedUser(view, container, scene);
        if (wrongUser) yield wrongUser;
        continue;
      }
      if (status?.ready && !container.init) continue; // it crashed once and has recovered since
      const found =
        startFailure(view, container, ended) ??
        outOfMemory(view, container, ended) ??
        killedByProbe(view, container, ended, scene) ??
        (well ? endsByItself(view, container, scene) : ownWords(view, container, ended, scene));
      if (!found) continue;
      const ref = containerRef(view, container);
      const facts = [
        scene.facts.fact(
          ref,
          'terminated',
          `${ended.reason ?? 'Error'}: exit code ${ended.exitCode}${ended.message ? `: ${ended.message}` : ''}`,
          timeOf(ended),
        ),
      ] as const;
      yield {
        ...found,
        member: view.member,
        evidence: found.line === undefined ? facts : [...facts, scene.facts.fact(ref, 'log', found.line)],
        shown: found.nature === 'symptom' ? lastEnding(view, container, scene) : timeOf(ended),
        observed: timeOf(ended),
      };
    }
  }
});

/** A container that is started again whenever it ends: even a good end is none. */
const shouldRun = ({ pod }: PodView, { init }: ContainerView): boolean => !init && (pod.spec?.restartPolicy ?? 'Always') === 'Always';

/** A program that does its work and ends, where one that serves is expected: `sh` without a script, a task in a Deployment, a server that goes to the background. */
function endsByItself(view: PodView, container: ContainerView, scene: Scene): Found | undefined {
  const logs = scene.logs(view, container);
  if (logs === undefined || !again(view, container, scene)) return undefined;
  const last = logs.text.trimEnd().split('\n').slice(-10).join('\n');
  return {
    id: 'program-ends',
    says: `The program of container ${container.name} ends by itself with exit code 0, and its ${view.member.prepared.object.kind} starts it again and again.`,
    fix: 'Let it go on running in the foreground, or make it a Job.',
    at: commandPlace(view, container),
    nature: 'symptom',
    ...(last === '' ? {} : { line: last }),
  };
}

/** When the container last ended in any pod of its workload: the ending that made it certain. */
const lastEnding = ({ member }: PodView, { name }: ContainerView, scene: Scene): string | undefined =>
  scene
    .podsOf(member)
    .flatMap(({ containers }) =>
      containers.filter((each) => each.name === name).map(({ status }) => status?.state?.terminated ?? status?.lastState?.terminated),
    )
    .flatMap((ended) => (ended ? [timeOf(ended)] : []))
    .sort()
    .at(-1);

/** Whether it ended badly more than once: restarted and ended again, or a second pod of a Job. */
const again = (view: PodView, container: ContainerView, scene: Scene): boolean => endingsOf(view, container, scene) >= 2;

const timeOf = ({ finishedAt }: Terminated): string => finishedAt ?? '';
const wordsOf = ({ spec }: ContainerView): string => [...(spec.command ?? []), ...(spec.args ?? [])].join(' ');

/** Of `command` when the manifest has one, else of `args`, else of the image. */
function commandPlace(view: PodView, container: ContainerView): Place {
  const field = container.spec.command ? 'command' : container.spec.args ? 'args' : 'image';
  return placeInContainer(view.workload, container, field);
}

/** The runtime could not start the program at all: certain the first time. */
function startFailure(view: PodView, container: ContainerView, ended: Terminated): Found | undefined {
  if (!/^(?:StartError|ContainerCannotRun|RunContainerError)$/.test(ended.reason ?? '')) return undefined;
  const message = ended.message ?? '';
  const program = /exec: "([^"]*)"/.exec(message)?.[1] ?? container.spec.command?.[0] ?? container.spec.args?.[0] ?? 'the program';
  const at = commandPlace(view, container);
  if (/executable file not found|no such file or directory/.test(message)) {
    return {
      id: 'command-not-found',
      says: `Image ${container.spec.image} has no program ${program}.`,
      fix: 'Check the command, and that the image holds it.',
      at,
      nature: 'fault',
    };
  }
  if (/exec format error/.test(message)) return wrongArchitecture(view, container, program);
  if (/permission denied/.test(message)) {
    return {
      id: 'command-not-executable',
      says: `${program} is not executable in image ${container.spec.image}.`,
      fix: 'Give it the executable bit (chmod +x, or defaultMode of its volume).',
      at,
      nature: 'fault',
    };
  }
  return {
    id: 'container-not-started',
    says: `Container ${container.name} cannot be started: ${message.slice(0, 200)}.`,
    fix: 'Correct what the runtime complains about.',
    at,
    nature: 'fault',
  };
}

const wrongArchitecture = (view: PodView, container: ContainerView, program: string): Found => ({
  id: 'wrong-architecture',
  says: `${program} is built for another processor architecture than the node has.`,
  fix: 'Build the image for the architecture of the nodes.',
  at: commandPlace(view, container),
  nature: 'fault',
});

function outOfMemory(view: PodView, container: ContainerView, ended: Terminated): Found | undefined {
  if (ended.reason !== 'OOMKilled') return undefined;
  const limit = container.spec.resources?.limits?.memory;
  return {
    id: 'out-of-memory',
    says: `Container ${container.name} was killed because it needs more memory than its limit${limit ? ` of ${limit}` : ''}.`,
    fix: 'Raise the memory limit, or make the program need less.',
    at: placeInContainer(view.workload, container, 'resources', 'limits', 'memory'),
    nature: 'fault',
  };
}

/** How long a container that a probe killed has to run before it counts as recovered, in milliseconds. */
const FORGIVEN = 60_000;

/** The kubelet ended it because a liveness or startup probe failed. */
function killedByProbe(view: PodView, container: ContainerView, ended: Terminated, scene: Scene): Found | undefined {
  if (ended.exitCode !== 137 && ended.exitCode !== 143 && ended.exitCode !== 0) return undefined;
  const events = scene.eventsOn(view.pod).filter(({ involvedObject }) => involvedObject.fieldPath?.includes(`{${container.name}}`));
  const killing = events.find(({ reason, message }) => reason === 'Killing' && /failed (?:liveness|startup) probe/.test(message ?? ''));
  if (!killing || (container.status?.ready && scene.now - Date.parse(lastSeen(killing)) > FORGIVEN)) return undefined;
  const kind = /failed (liveness|startup) probe/.exec(killing.message ?? '')![1]!;
  const said =
    events
      .find(({ reason, message }) => reason === 'Unhealthy' && message?.toLowerCase().startsWith(kind))
      ?.message?.replace(/^\w+ probe (?:failed|errored): /, '') ?? 'it failed';
  return {
    id: `${kind}-probe-kills`,
    says: `Container ${container.name} is restarted because its ${kind} probe fails: ${scene.facts.redact(said)}.`,
    fix: `Correct the ${kind} probe's port, path or timing, or make the program answer it.`,
    at: placeInContainer(view.workload, container, `${kind}Probe`),
    nature: 'symptom',
  };
}

/** "container has runAsNonRoot and image will run as root", "… has non-numeric user": the kubelet refuses before anything runs. */
function refusedUser(view: PodView, container: ContainerView, scene: Scene): Cause | undefined {
  const refusal = scene.refusal(view, container);
  if (!refusal || !/runAsNonRoot|non-numeric user|run as root/.test(refusal.message)) return undefined;
  const named = /non-numeric user \(?"?([\w-]+)/.exec(refusal.message)?.[1];
  return {
    id: 'wrong-user',
    member: view.member,
    says: named
      ? `Image ${container.spec.image} runs as user "${named}", and runAsNonRoot cannot tell whether that is root.`
      : `Image ${container.spec.image} runs as root, which runAsNonRoot forbids.`,
    fix: 'Set runAsUser to a numeric user id that the image can run as.',
    at: userPlace(view, container),
    evidence: [scene.facts.fact(containerRef(view, container), refusal.field, refusal.message)],
    shown: scene.refusedSince(view, container),
    nature: 'fault',
  };
}

function userPlace(view: PodView, container: ContainerView): Place {
  const own = container.spec.securityContext;
  if (own?.runAsNonRoot !== undefined || own?.runAsUser !== undefined) {
    return placeInContainer(view.workload, container, 'securityContext', own.runAsUser === undefined ? 'runAsNonRoot' : 'runAsUser');
  }
  return placeIn(
    view.workload,
    ...view.workload.podPath,
    'securityContext',
    view.pod.spec?.securityContext?.runAsUser === undefined ? 'runAsNonRoot' : 'runAsUser',
  );
}

// --- what the program itself wrote ---

const UNSET_VARIABLE = [
  /(?:environment )?variable[: ]+["'`]?([A-Z][A-Z0-9_]{2,})["'`]? (?:is |was |must be |has )?(?:not set|unset|missing|required|undefined|not defined|empty)/i,
  /\b([A-Z][A-Z0-9]*_[A-Z0-9_]+|[A-Z]{4,})["'`]?:? (?:environment variable )?(?:is |was |must be |not be )?(?:not set|unset|not defined|undefined|missing|required|not specified)/,
  /missing (?:required )?(?:environment |env )?(?:variable|var|setting)s?:? ["'`]?([A-Z][A-Z0-9_]{2,})/i,
  /(?:required|expected) (?:environment |env )?(?:variable|var):? ["'`]?([A-Z][A-Z0-9_]{2,})/i,
  /KeyError: '([A-Z][A-Z0-9_]{2,})'/,
  /parameter (?:null or )?not set: ([A-Z][A-Z0-9_]{2,})|([A-Z][A-Z0-9_]{2,}): (?:parameter (?:null or )?not set|unbound variable)/,
];
const READ_ONLY = /(?:EROFS|read-only file ?system)/i;
const DENIED = /(?:EACCES|permission denied|operation not permitted)/i;
const PATH = /(?:^|[\s"'`(:=])((?:\/[\w.@+-]+)+\/?)/;

/** Names the cause by the program's last words; without any that we know, the exit code itself from the second time on. */
function ownWords(view: PodView, container: ContainerView, ended: Terminated, scene: Scene): Found | undefined {
  const logs = scene.logs(view, container);
  if (logs === undefined) return undefined;
  const lines = logs.text.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-30);
  const find = (pattern: RegExp) => last.findLast((line) => pattern.test(line));

  const format = find(/exec format error/i);
  if (format) return { ...wrongArchitecture(view, container, /exec (\S+): exec format error/.exec(format)?.[1] ?? 'The program'), line: format };
  const noProgram = find(/^exec \S+: no such file or directory/);
  if (noProgram) {
    const program = /^exec (\S+):/.exec(noProgram)![1]!;
    return {
      id: 'command-not-found',
      says: `${program} names an interpreter in its first line that the image does not have.`,
      fix: 'Install it, or correct the first line.',
      at: commandPlace(view, container),
      nature: 'fault',
      line: noProgram,
    };
  }
  const notFound = ended.exitCode === 127 ? find(/not found/) : undefined;
  if (notFound) {
    const program = /(?:^|: )([\w./-]+): (?:command )?not found/.exec(notFound)?.[1] ?? 'a program';
    return {
      id: 'command-not-found',
      says: `Image ${container.spec.image} has no program ${program}, which the start command calls.`,
      fix: 'Install it in the image, or correct the command.',
      at: commandPlace(view, container),
      nature: 'fault',
      line: notFound,
    };
  }
  for (const pattern of UNSET_VARIABLE) {
    const line = find(pattern);
    const match = line === undefined ? null : pattern.exec(line);
    const variable = match?.slice(1).find((group) => group !== undefined);
    if (line !== undefined && variable && !isSet(container, variable)) {
      return {
        id: 'variable-unset',
        says: `The program in container ${container.name} asks for the variable ${variable}, and nobody sets it.`,
        fix: `Set ${variable} in the container's env.`,
        at: placeInContainer(view.workload, container, 'env'),
        nature: 'fault',
        line,
      };
    }
  }
  const settings = missingSettings(view, container, lines, scene);
  if (settings) return settings;
  const readOnly = find(READ_ONLY);
  if (readOnly) {
    const path = PATH.exec(readOnly)?.[1];
    return {
      id: 'read-only-file-system',
      says: `The program in container ${container.name} writes to ${path ?? 'its own file system'}, which is read-only.`,
      fix: path ? `Mount a volume (an emptyDir will do) where ${path} is.` : 'Mount a volume where it writes.',
      at: placeInContainer(view.workload, container, 'securityContext', 'readOnlyRootFilesystem'),
      nature: 'fault',
      line: readOnly,
    };
  }
  const denied = find(DENIED);
  if (denied) {
    const found = deniedPath(view, container, denied);
    if (found) return { ...found, line: denied };
  }
  if (!again(view, container, scene)) return undefined; // once may be bad luck
  const words = last.at(-1)?.trim();
  return {
    id: container.init ? 'init-container-fails' : 'program-crashes',
    says: `${container.init ? 'Init container' : 'Container'} ${container.name} ends with exit code ${ended.exitCode}${words ? `, and its last words are: ${words.slice(0, 200)}` : ' without a word'}.`,
    fix: `Make \`${wordsOf(container).slice(0, 80) || container.spec.image}\` run; its log is in the evidence.`,
    at: commandPlace(view, container),
    nature: 'symptom',
    // What it calls may come up between two attempts: then a third one tells.
    final: !CALLS_FAIL.test(last.join('\n')) || endingsOf(view, container, scene) >= 3,
    line: last.slice(-10).join('\n'),
  };
}

const CALLS_FAIL = /refused|timed? ?out|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|unreachable|bad address|name resolution|not known|no such host|could not connect/i;

/** How often a container has ended: by its restarts, and over the pods of a Job. */
function endingsOf(view: PodView, { status }: ContainerView, scene: Scene): number {
  if (view.member.status.is === 'failed') return Number.POSITIVE_INFINITY;
  if (view.pod.spec?.restartPolicy === 'Never') return scene.podsOf(view.member).filter(({ pod }) => pod.status?.phase === 'Failed').length;
  return (status?.restartCount ?? 0) + (status?.state?.running ? 0 : 1);
}

const PYDANTIC = /(\d+) validation errors? for (\w+)/;

/** Pydantic's report: each missing field on a line of its own, "Field required" on the next; the variable's name is the settings class's secret. */
function missingSettings(view: PodView, container: ContainerView, lines: readonly string[], scene: Scene): Found | undefined {
  const from = lines.findLastIndex((line) => PYDANTIC.test(line));
  if (from < 0) return undefined;
  const report = lines.slice(from);
  const fields = report.flatMap((line, index) => (/^\w+$/.test(line.trim()) && /Field required/.test(report[index + 1] ?? '') ? [line.trim()] : []));
  if (fields.length === 0) return undefined;
  const reads = scene.inventory.environmentReads.map(({ name }) => name);
  const variables = fields.map((field) => reads.find((name) => name.toLowerCase().endsWith(field.toLowerCase())) ?? field);
  const near = (container.spec.env ?? []).flatMap(({ name }) => (fields.some((field) => field.toLowerCase() === name.toLowerCase()) ? [name] : []));
  const hint =
    near.length > 0
      ? `; ${near.join(', ')} ${near.length > 1 ? 'are' : 'is'} set, but the program does not read ${near.length > 1 ? 'them' : 'it'} under that name`
      : '';
  return {
    id: 'variable-unset',
    says: `The program in container ${container.name} cannot start without ${variables.join(', ')}, and nobody sets ${variables.length > 1 ? 'them' : 'it'}${hint}.`,
    fix: `Set what ${PYDANTIC.exec(report[0]!)?.[2] ?? 'the settings'} reads, with its prefix, in the container's env.`,
    at: placeInContainer(view.workload, container, 'env'),
    nature: 'fault',
    line: report.slice(0, 12).join('\n'),
  };
}

const isSet = ({ spec }: ContainerView, variable: string): boolean => spec.env?.some(({ name, value }) => name === variable && value !== '') ?? false;

/** "Permission denied" on a path below a volume is the volume's owner; elsewhere it is the user that the image was not made for. */
function deniedPath(view: PodView, container: ContainerView, line: string): Found | undefined {
  const path = PATH.exec(line)?.[1];
  const user = container.spec.securityContext?.runAsUser ?? view.pod.spec?.securityContext?.runAsUser;
  const mounts = container.spec.volumeMounts ?? [];
  const directory = container.spec.workingDir;
  const mount =
    mounts
      .filter(({ mountPath }) => (path === undefined ? false : path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`)))
      .sort((a, b) => b.mountPath.length - a.mountPath.length)[0] ??
    // A relative path ("appendonlydir") is below the working directory, which only the image knows.
    (path === undefined
      ? mounts.filter(({ name, mountPath }) => isStorage(view, name) && (directory === undefined || mountPath.startsWith(directory)))[0]
      : undefined);
  if (mount && isStorage(view, mount.name)) {
    const group = view.pod.spec?.securityContext?.fsGroup;
    return {
      id: 'volume-not-writable',
      says: `User ${user ?? 'of the image'} may not write to volume ${mount.name} at ${mount.mountPath}: a new volume belongs to root${group === undefined ? ', and no fsGroup is set' : ''}.`,
      fix: `Set fsGroup${user === undefined ? '' : ` (for example ${user})`} in the pod's securityContext.`,
      at: group === undefined ? podSecurityPlace(view, container) : placeIn(view.workload, ...view.workload.podPath, 'securityContext', 'fsGroup'),
      nature: 'fault',
    };
  }
  if (mount) {
    return {
      id: 'volume-not-writable',
      says: `The program writes to ${path}, which is in volume ${mount.name} and cannot be written.`,
      fix: 'ConfigMaps and Secrets are read-only: write elsewhere, or copy them first.',
      at: mountPlace(view, container, mount.name),
      nature: 'fault',
    };
  }
  if (user === undefined && path === undefined) return undefined;
  return {
    id: 'wrong-user',
    says: `User ${user ?? 'of the image'} may not use ${path ?? 'a file'} in image ${container.spec.image}.`,
    fix: 'Run as the user that the image is made for, or give that path to this one.',
    at: userPlace(view, container),
    nature: 'fault',
  };
}

const isStorage = (view: PodView, volume: string): boolean => {
  const found = view.pod.spec?.volumes?.find(({ name }) => name === volume);
  return found?.persistentVolumeClaim !== undefined || found?.emptyDir !== undefined || found?.hostPath !== undefined || found?.ephemeral !== undefined;
};

/** Where an fsGroup belongs: the pod's securityContext, or, when there is none, the line that sets the user. */
function podSecurityPlace(view: PodView, container: ContainerView): Place {
  if (view.pod.spec?.securityContext && Object.keys(view.pod.spec.securityContext).length > 0)
    return placeIn(view.workload, ...view.workload.podPath, 'securityContext');
  return container.spec.securityContext?.runAsUser === undefined
    ? placeIn(view.workload, ...view.workload.podPath)
    : placeInContainer(view.workload, container, 'securityContext', 'runAsUser');
}

function mountPlace(view: PodView, container: ContainerView, volume: string): Place {
  const index = container.spec.volumeMounts?.findIndex(({ name }) => name === volume) ?? -1;
  return placeInContainer(view.workload, container, 'volumeMounts', index, 'mountPath');
}
