import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commit, makeRepository, serveGit } from '../../tests/git-server.ts';
import { defaultLimits } from './clone.ts';
import { parseAllowedHost } from './location.ts';
import { openRepository, type RepositoryDeps } from './open-repository.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'open-repository-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
const depsOf = (hosts: readonly string[], allowLocal: boolean): RepositoryDeps => ({
  cache: { folder: join(folder, 'cache'), bytes: 1_000_000_000 },
  hosts: hosts.map((host) => parseAllowedHost(host)!),
  limits: { ...defaultLimits, fileBytes: 100 },
  credentialFor: async () => undefined,
  allowLocal,
});

test('a cloned commit reads as the same commit does at home', async () => {
  await using server = await serveGit();
  const dir = join(server.folder, 'r');
  const files = { 'k8s/a.yaml': 'kind: Pod\n', 'docs/ü.md': '# ü\n' };
  const id = makeRepository(dir, { ...files, large: 'x'.repeat(101) });
  const deps = depsOf([`http://127.0.0.1:${server.port}=127.0.0.1/32`], true);
  await using far = await openRepository({ tenantId: 't', repository: `${server.origin}/r`, ref: 'main' }, deps, never);
  commit(dir, { 'k8s/a.yaml': 'changed\n' });
  await using near = await openRepository({ tenantId: 't', repository: dir, ref: id }, deps, never);
  expect([far.commit, far.dirty, far.paths]).toEqual([id, false, near.paths]);
  const texts = async (checkout: typeof far) =>
    (await checkout.read(Object.keys(files), never)).map((answer) => ('problem' in answer ? answer.problem.code : answer.text));
  expect(await texts(far)).toEqual(Object.values(files));
  expect(await texts(near)).toEqual(Object.values(files));
  expect(await far.read(['large'], never)).toMatchObject([{ path: 'large', problem: { code: 'FILE_TOO_LARGE' } }]);
});

test('paths of this machine are for serve alone', async () => {
  makeRepository(join(folder, 'r'), { a: 'x' });
  for (const repository of [join(folder, 'r'), `file://${folder}/r`]) {
    await expect(openRepository({ tenantId: 't', repository, ref: 'main' }, depsOf([], false), never)).rejects.toMatchObject({ code: 'REPOSITORY_REFUSED' });
    await using open = await openRepository({ tenantId: 't', repository, ref: 'main' }, depsOf([], true), never);
    expect(open.paths).toEqual(['a']);
  }
});
