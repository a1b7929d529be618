import { setTimeout as sleep } from 'node:timers/promises';
import { serveGit } from './git-server.ts';

/*
 * A git host as a program of its own, so that it can run in another network: `node tests/git-host.ts ADDRESS PORT`. It prints the folder that it
 * serves. Whatever lies below /slow/ keeps its visitors waiting, long enough for one of them to be killed.
 */
const [address = '', port = ''] = process.argv.slice(2);
const server = await serveGit(
  async ({ url = '' }) => {
    if (/^\/slow\/.*info\/refs/.test(url)) await sleep(15_000);
    return false;
  },
  { host: address, port: Number(port) },
);
console.log(server.folder);
