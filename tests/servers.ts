import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real server on loopback with a temporary folder, as a user that is not root. */
export interface Server extends AsyncDisposable {
  readonly pid: number;
  /** ends it at once, as a power cut would */
  kill(): Promise<void>;
  /** starts it again on the same port and folder */
  start(): Promise<void>;
}
export interface PostgresServer extends Server {
  /** Makes an empty database. @returns its URL for the superuser */
  database(): string;
  /** Makes a login with a password, as an operator would. @returns the database's URL for it */
  login(url: string, name: string, options: string): string;
}
export interface RedisServer extends Server {
  readonly url: string;
  flush(): void;
}

/** PostgreSQL from Debian's package (`postgresql`), or undefined with a line that says so. */
export async function startPostgres(): Promise<PostgresServer | undefined> {
  const bin = postgresFolder();
  if (!bin) return skip('PostgreSQL', 'postgresql');
  const who = unprivileged();
  const folder = ownedFolder('postgres', who);
  const data = join(folder, 'data');
  // What is tested is a process that dies, not a disk that forgets.
  run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '--no-instructions', '--locale=C.UTF-8', '-E', 'UTF8'], who);
  const port = await freePort();
  const settings = { fsync: 'off', max_connections: '300', unix_socket_directories: folder, listen_addresses: '127.0.0.1', log_min_messages: 'fatal' };
  const args = ['-D', data, '-p', String(port), ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const psql = (url: string, statement: string) => execFileSync(join(bin, 'psql'), ['-X', '-q', '-d', url, '-c', statement]);
  const root = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let databases = 0;
  const server = await keepServer(join(bin, 'postgres'), args, who, folder, () => spawnSync(join(bin, 'pg_isready'), ['-q', '-d', root]).status === 0);
  return Object.assign(server, {
    database() {
      const name = `test_${++databases}`;
      psql(root, `CREATE DATABASE ${name}`);
      return root.replace(/postgres$/, name);
    },
    login(url: string, name: string, options: string) {
      psql(url, `CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${options}`);
      return url.replace('postgres@', `${name}:secret@`);
    },
  });
}

/** Redis from Debian's package (`redis-server`), or undefined with a line that says so. */
export async function startRedis(): Promise<RedisServer | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return skip('Redis', 'redis-server');
  const who = unprivileged();
  const folder = ownedFolder('redis', who);
  const port = await freePort();
  const cli = (...args: string[]) => spawnSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8' }).stdout ?? '';
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const server = await keepServer('redis-server', args, who, folder, () => cli('ping').includes('PONG'));
  return Object.assign(server, { url: `redis://127.0.0.1:${port}`, flush: () => void cli('flushall') });
}

interface User {
  uid?: number;
  gid?: number;
}

function skip(what: string, packageName: string): undefined {
  console.log(`skipped: ${what} is not on this machine (apt-get install ${packageName}); its tests did not run`);
  return undefined;
}

function postgresFolder(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const onPath = (process.env.PATH ?? '').split(':');
  const versions = spawnSync('ls', [debian], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
  const candidates = [...versions.sort((a, b) => Number(b) - Number(a)).map((version) => join(debian, version, 'bin')), ...onPath];
  return candidates.find((folder) => {
    try {
      return ['initdb', 'postgres', 'psql', 'pg_isready'].every((name) => readdirSync(folder).includes(name));
    } catch {
      return false; // a folder on the path that is not there
    }
  });
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): User {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string, name: string) => Number(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout);
  const name = idOf('-u', 'postgres') > 0 ? 'postgres' : 'nobody';
  return { uid: idOf('-u', name), gid: idOf('-g', name) };
}

function ownedFolder(name: string, { uid, gid }: User): string {
  const folder = mkdtempSync(join(tmpdir(), `ai-agents-${name}-`));
  if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
  return folder;
}

function run(command: string, args: string[], who: User): void {
  const { status, stderr } = spawnSync(command, args, { ...who, encoding: 'utf8', cwd: tmpdir() });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function keepServer(command: string, args: string[], who: User, folder: string, answers: () => boolean): Promise<Server> {
  let child: ChildProcess | undefined;
  const kill = async () => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
    const dead = new Promise((resolve) => dying.once('exit', resolve));
    dying.kill('SIGKILL');
    await dead;
  };
  const launch = () => {
    child = spawn(command, args, { ...who, cwd: folder, stdio: 'ignore' });
    return child;
  };
  const start = async () => {
    let started = launch();
    for (let tries = 0; !answers(); tries++) {
      if (tries > 600) throw new Error(`${command} did not start`);
      await sleep(50);
      // PostgreSQL does not start while a process of the one that was killed still lives, which it does for a moment.
      if (started.exitCode !== null) started = launch();
    }
  };
  const last = () => child?.kill('SIGKILL');
  process.once('exit', last);
  await start();
  return {
    get pid() {
      return child!.pid!;
    },
    kill,
    start,
    async [Symbol.asyncDispose]() {
      await kill();
      process.off('exit', last);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
