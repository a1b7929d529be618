import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from './credentials.ts';
import type { RemoteLocation } from './location.ts';

/**
 * Settings for every git process, given by environment so that no file of a user or a repository can override them.
 * A bare repository has no work tree, so hooks, filters and LFS have nothing to run on; they are closed all the same.
 */
const settings: readonly (readonly [string, string])[] = [
  ['protocol.allow', 'never'],
  ['core.hooksPath', '/dev/null'],
  ['core.attributesFile', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['credential.helper', ''],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
  ['fetch.unpackLimit', '1'], // always one pack, never thousands of loose files
  ['transfer.bundleURI', 'false'], // a bundle list names further addresses
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['pack.threads', '1'],
  ['core.bigFileThreshold', '8m'], // larger files are hashed in pieces, however large a pack says they are
  ['http.followRedirects', 'false'],
  ['http.proxy', ''],
  ['http.lowSpeedLimit', '1'],
  ['http.lowSpeedTime', '30'],
  ['http.userAgent', 'ai-agents'],
];

/** What one git process may use besides the settings above. */
export interface Access {
  readonly environment: Readonly<Record<string, string>>;
  readonly settings: readonly (readonly [string, string])[];
}

/** No network at all: for reading what was fetched. */
export const offline: Access = { environment: { GIT_ALLOW_PROTOCOL: 'none' }, settings: [] };

const environmentOf = (access: Access): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  ...access.environment,
  GIT_CONFIG_COUNT: String(settings.length + access.settings.length),
  ...Object.fromEntries(
    [...settings, ...access.settings].flatMap(([key, value], at) => [
      [`GIT_CONFIG_KEY_${at}`, key],
      [`GIT_CONFIG_VALUE_${at}`, value],
    ]),
  ),
});

export interface GitResult {
  readonly code: number | null;
  readonly stdout: string;
  /** at most the last 4,000 characters */
  readonly stderr: string;
}

/** What one git process may print; a tree of trees of trees can list files for ever. */
const outputLimit = 1_000_000;

/**
 * Runs git in `dir` until it ends, or the signal kills it and everything that it started.
 * @param take gets the output instead of `stdout`; git is stopped when it answers false
 */
export async function git(dir: string, args: readonly string[], access: Access, signal: AbortSignal, take?: (chunk: string) => boolean): Promise<GitResult> {
  signal.throwIfAborted();
  // `detached` makes a process group, so that ssh, git-remote-https and index-pack die with git.
  const child = spawn('git', args, { cwd: dir, env: environmentOf(access), stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const killed = () => killGroup(child);
  signal.addEventListener('abort', killed, { once: true });
  try {
    let stdout = '';
    let stderr = '';
    const keep = (text: string) => (stdout += text).length < outputLimit;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (take ?? keep)(text) || killed());
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-4000)));
    const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
    signal.throwIfAborted();
    return { code, stdout, stderr };
  } finally {
    signal.removeEventListener('abort', killed);
    killGroup(child); // git may end before what it started
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // ESRCH: the whole group is gone already, as it should be
  }
}

/** Answers git's two questions, by name, from the files beside it. */
const askpass = '#!/bin/sh\ncase "$1" in Username*) exec cat "$(dirname "$0")/username" ;; *) exec cat "$(dirname "$0")/password" ;; esac\n';

/**
 * Opens the way to one host at one address that was looked up and judged before: git and ssh connect there whatever the name answers next.
 * The credential lies in files that only this user reads, in a folder that goes with the returned object.
 */
export async function openAccess(location: RemoteLocation, address: string, credential: Credential | undefined): Promise<Access & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'ai-agents-access-'));
  const secret = async (name: string, text: string, mode = 0o600) => {
    const path = join(folder, name);
    await writeFile(path, text, { mode });
    await chmod(path, mode);
    return path;
  };
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const access = location.kind === 'ssh' ? await sshAccess() : await httpAccess();
    return { ...access, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }

  async function httpAccess(): Promise<Access> {
    const pinned = address.includes(':') ? `[${address}]` : address;
    const environment: Record<string, string> = { GIT_ALLOW_PROTOCOL: location.kind };
    if (credential?.kind === 'https') {
      await secret('username', credential.username);
      await secret('password', credential.password);
      environment.GIT_ASKPASS = await secret('askpass', askpass, 0o700);
    } else {
      environment.GIT_ASKPASS = '/bin/false'; // fails at once instead of asking nobody
    }
    return {
      environment,
      settings: [
        [`protocol.${location.kind}.allow`, 'always'],
        ...(location.host === address ? [] : [['http.curloptResolve', `${location.host}:${location.port}:${pinned}`] as const]),
      ],
    };
  }

  async function sshAccess(): Promise<Access> {
    const key = credential?.kind === 'ssh' ? await secret('key', `${credential.privateKey.trimEnd()}\n`) : '/dev/null';
    const known = await secret('known_hosts', credential?.kind === 'ssh' ? `${credential.knownHosts.trimEnd()}\n` : '');
    const options = [
      `HostName=${address}`,
      `HostKeyAlias=${location.port === 22 ? location.host : `[${location.host}]:${location.port}`}`, // as ssh itself writes it in known_hosts
      `IdentityFile=${key}`,
      `UserKnownHostsFile=${known}`,
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
      'IdentitiesOnly=yes',
      'IdentityAgent=none',
      'BatchMode=yes',
      'ConnectTimeout=20',
      'ServerAliveInterval=15',
      'ClearAllForwardings=yes',
      'PermitLocalCommand=no',
      'UpdateHostKeys=no',
    ];
    return {
      environment: {
        GIT_ALLOW_PROTOCOL: 'ssh',
        GIT_SSH_VARIANT: 'ssh',
        GIT_SSH_COMMAND: `ssh -F /dev/null ${options.map((option) => `-o '${option}'`).join(' ')}`,
      },
      settings: [['protocol.ssh.allow', 'always']],
    };
  }
}
