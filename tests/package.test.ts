import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import description from '../package.json' with { type: 'json' };
import { ScratchRepository, trueStory } from './scratch-repository.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
// npm, npx and the program run on the Node that runs this test.
const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}`, npm_config_update_notifier: 'false' };

/** An empty folder that has the packed package as npm lays it out, and no dependency: a review needs none. */
let app: string;
let installed: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), 'package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', app], { cwd: root, env, stdio: 'pipe' });
  const tarball = readdirSync(app).find((name) => name.endsWith('.tgz'))!;
  installed = join(app, 'node_modules/ai-agents');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(app, tarball), '-C', installed, '--strip-components=1']);
  mkdirSync(join(app, 'node_modules/.bin'));
  symlinkSync('../ai-agents/dist/main.cjs', join(app, 'node_modules/.bin/ai-agents'));
}, 180_000);
afterAll(() => rmSync(app, { recursive: true, force: true }));

const run = (command: string, args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: app, env, encoding: 'utf8' });
  return { status, stdout, stderr: stderr.replace(/^npm (?:warn|notice).*\n/gm, '') };
};
const program = (...args: string[]) => run(join(app, 'node_modules/.bin/ai-agents'), args);

describe('the packed package', () => {
  test('has the program and the schema, and no sources', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('dist/main.cjs');
    expect(files).toContain('docs/review.schema.json');
    expect(files.filter((file) => /\.ts$|^(?:src|tests|fixtures|bench)\//.test(file))).toEqual([]);
  });

  test('tells its version and reviews a story', () => {
    expect(run('npx', ['--no-install', 'ai-agents', '--version'])).toEqual({ status: 0, stdout: `${description.version}\n`, stderr: '' });
    using repository = new ScratchRepository(trueStory);
    const review = program('review', 'docs/story.md', '--repo', repository.root, '--format', 'json');
    expect(review).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(review.stdout).outcome).toBe('APPROVE');
    expect(program('lint', repository.root)).toMatchObject({ status: 0, stderr: '' });
    expect(program('explain', 'image-tag-latest')).toMatchObject({ status: 0, stderr: '' });
  });

  test('reads dashes, arrows and quotation marks as its sources do', () => {
    const tasks = ['Configure Ingress (path-based: / → frontend, /api → backend)', 'HPA: 2–5 replicas — CPU ≥ 70 %', 'The namespace’s name is “shop” ✅ DONE'];
    using repository = new ScratchRepository({
      ...trueStory,
      'docs/story.md': `# Story\n\n## Tasks\n\n${tasks.map((task) => `- [x] ${task}\n`).join('')}`,
    });
    const review = ['review', 'docs/story.md', '--repo', repository.root, '--format', 'json'];
    const built = program(...review);
    expect(built).toEqual(run(process.execPath, [join(root, 'src/cli/main.ts'), ...review]));
    expect(JSON.parse(built.stdout).claims.map(({ verdict }: { verdict: string }) => verdict)).toEqual(['unmet', 'unproven', 'unproven']);
    for (const name of ['review', 'program', 'platform']) expect(readFileSync(join(installed, `dist/${name}.cjs`), 'utf8')).not.toMatch(/[^\0-\x7f]/);
  });

  test('starts from the compiled program that it kept, and does without one that is damaged or of another version', () => {
    using repository = new ScratchRepository(trueStory);
    const caches = join(app, 'caches');
    const review = () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'dist/main.cjs'), 'review', 'docs/story.md', '--repo', repository.root], {
        env: { ...env, XDG_CACHE_HOME: caches },
        encoding: 'utf8',
      });
      return { status, stdout, stderr };
    };
    const first = review();
    expect(first).toMatchObject({ status: 0, stderr: '' });
    const kept = join(caches, 'ai-agents', readdirSync(join(caches, 'ai-agents')).find((name) => name.endsWith('-review'))!);
    const written = readFileSync(kept);
    const time = statSync(kept).mtimeMs;
    expect(review()).toEqual(first);
    expect(statSync(kept).mtimeMs).toBe(time);

    const damaged = Buffer.from(written);
    damaged.fill(0xff, 1000, 2000);
    for (const bytes of [damaged, written.subarray(0, 5000), Buffer.from('1 2\n'), Buffer.alloc(0)]) {
      writeFileSync(kept, bytes);
      expect(review()).toEqual(first);
      expect(readFileSync(kept).length).toBeGreaterThan(written.length / 2); // kept anew
    }
    rmSync(caches, { recursive: true });
    writeFileSync(caches, 'no folder');
    expect(review()).toEqual(first);
    rmSync(caches);
    for (const nowhere of ['/proc/nowhere/caches', join(app, 'not/yet/there')])
      for (const command of ['review', 'verify', 'worker']) {
        const { status, stdout } = spawnSync(process.execPath, [join(installed, 'dist/main.cjs'), command, '--help'], {
          env: { ...env, XDG_CACHE_HOME: nowhere },
          encoding: 'utf8',
          timeout: 20_000,
        });
        expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining(`ai-agents ${command}`) });
      }
  });

  test('starts a database from kept code too, though it sets flags of V8 that such code depends on', () => {
    const electric = join(app, 'node_modules/@electric-sql');
    symlinkSync(join(root, 'node_modules/@electric-sql'), electric);
    const [caches, data] = [join(app, 'caches-of-platform'), join(app, 'data')];
    const times = ['create ci', 'list', 'list'].map((command) => {
      const { status, stderr } = spawnSync(process.execPath, [join(installed, 'dist/main.cjs'), 'token', ...command.split(' '), '--data', data], {
        env: { ...env, XDG_CACHE_HOME: caches },
        encoding: 'utf8',
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^(?:token .*\n)?$/) });
      return statSync(join(caches, 'ai-agents', readdirSync(join(caches, 'ai-agents')).find((name) => name.endsWith('-token'))!)).mtimeMs;
    });
    expect(new Set(times).size).toBe(1);
    rmSync(electric);
  }, 60_000);

  test('imports what npm installs with it and nothing else', () => {
    const dist = join(installed, 'dist');
    const code = readdirSync(dist).map((file) => readFileSync(join(dist, file), 'utf8'));
    const bare = '"([^".][^"]*)"';
    const statement = new RegExp(
      `^(?:import|export)\\b.* from ${bare};$|^\\} from ${bare};$|^import ${bare};$|\\bimport\\(${bare}\\)|__toESM\\(require\\(${bare}\\)`,
      'gm',
    );
    const imported = code.flatMap((text) => Array.from(text.matchAll(statement), (found) => found.slice(1).find((name) => name !== undefined)!));
    const packages = new Set(
      imported
        .filter((name) => !isBuiltin(name))
        .map((name) =>
          name
            .split('/')
            .slice(0, name.startsWith('@') ? 2 : 1)
            .join('/'),
        ),
    );
    expect(packages.size).toBeGreaterThan(0); // or the pattern above finds nothing
    expect(Array.from(packages).filter((name) => !(name in description.dependencies))).toEqual([]);
  });
});
