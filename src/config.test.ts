import { describe, expect, test } from 'vitest';
import { configurationPage, readConfig, showConfig, tracesExporter } from './config.ts';

const read = (env: Record<string, string>, needed: Parameters<typeof readConfig>[0] = [], files: Record<string, string> = {}) =>
  readConfig(needed, {
    env,
    readFile: (path) => {
      if (!(path in files)) throw new Error(`ENOENT: no such file: ${path}`);
      return files[path]!;
    },
  });
const mistakes = (env: Record<string, string>, needed: Parameters<typeof readConfig>[0] = []): string[] => {
  try {
    read(env, needed);
  } catch (error) {
    return (error as Error).message.split('\n  ').slice(1);
  }
  return [];
};
const databaseUrl = 'postgres://user:hunter2@db:5432/reviews';

describe('configuration', () => {
  test('nothing set is enough for what needs nothing', () => {
    expect(read({})).toMatchObject({ port: 8000, logLevel: 'info', databaseUrl: undefined, workerConcurrency: 2 });
  });

  test('a value may stand in a file, as mounted secrets do, with its last line break', () => {
    expect(read({ AI_AGENTS_DATABASE_URL_FILE: '/run/secrets/url' }, ['databaseUrl'], { '/run/secrets/url': `${databaseUrl}\n` }).databaseUrl).toBe(
      databaseUrl,
    );
  });

  test('an empty variable is not set', () => {
    expect(read({ AI_AGENTS_PORT: '', AI_AGENTS_REDIS_URL_FILE: '' })).toMatchObject({ port: 8000, redisUrl: undefined });
  });

  test('all mistakes are told at once, each with its variable and what was expected', () => {
    const env = { AI_AGENTS_PORT: '80000', AI_AGENTS_LOG_LEVEL: 'loud', AI_AGENTS_REDIS_URL: 'db:6379', AI_AGENTS_WORKER_GRACE: '1.5' };
    expect(mistakes(env, ['databaseUrl'])).toEqual([
      'AI_AGENTS_DATABASE_URL: missing; expected a URL like `postgres://user:password@host:5432/name`',
      'AI_AGENTS_REDIS_URL: expected a URL like `redis://:password@host:6379`',
      'AI_AGENTS_PORT: expected a whole number from 0 to 65535',
      expect.stringContaining('AI_AGENTS_LOG_LEVEL: expected one of'),
      'AI_AGENTS_WORKER_GRACE: expected a whole number from 0 to 3600',
    ]);
  });

  test('a file that is not there, and a value that is there twice, are mistakes of the `_FILE` variable', () => {
    expect(mistakes({ AI_AGENTS_REDIS_URL_FILE: '/nowhere' })).toEqual([
      expect.stringMatching(/^AI_AGENTS_REDIS_URL_FILE: expected a file that can be read.*\/nowhere/),
    ]);
    expect(mistakes({ AI_AGENTS_PORT: '1', AI_AGENTS_PORT_FILE: '/x' })).toEqual(['AI_AGENTS_PORT_FILE: AI_AGENTS_PORT is set too; expected one of them']);
  });

  test('a misspelt name is a mistake, with the name that was meant; a strange one without', () => {
    expect(mistakes({ AI_AGENTS_DATABSE_URL: databaseUrl })).toEqual(['AI_AGENTS_DATABSE_URL: there is no such setting; did you mean AI_AGENTS_DATABASE_URL?']);
    expect(mistakes({ AI_AGENTS_REDIS_URI_FILE: 'x' })).toEqual(['AI_AGENTS_REDIS_URI_FILE: there is no such setting; did you mean AI_AGENTS_REDIS_URL_FILE?']);
    expect(mistakes({ AI_AGENTS_XYZZY: 'x' })).toEqual(['AI_AGENTS_XYZZY: there is no such setting']);
    expect(mistakes({ OTHER_AGENTS_PORT: 'x', ai_agents_port: 'x' })).toEqual([]);
  });

  test('what Kubernetes adds for a Service is no mistake, unless it takes the place of a setting', () => {
    const links = {
      AI_AGENTS_API_SERVICE_HOST: '10.0.0.1',
      AI_AGENTS_API_SERVICE_PORT_HTTP: '80',
      AI_AGENTS_API_PORT: 'tcp://10.0.0.1:80',
      AI_AGENTS_API_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(mistakes(links)).toEqual([]);
    expect(mistakes({ AI_AGENTS_API_PORT: '80' })).toHaveLength(1);
    expect(mistakes({ AI_AGENTS_PORT: 'tcp://10.0.0.1:8000' })).toEqual([expect.stringContaining('enableServiceLinks: false')]);
  });

  test('no mistake repeats a value, and no secret is shown', () => {
    const secret = 'hunter2';
    expect(mistakes({ AI_AGENTS_DATABASE_URL: `mysql://u:${secret}@db/x`, AI_AGENTS_CREDENTIALS_KEY: secret }).join()).not.toContain(secret);
    const shown = showConfig(read({ AI_AGENTS_DATABASE_URL: databaseUrl, AI_AGENTS_PORT: '9000', AI_AGENTS_CREDENTIALS_KEY: 'A'.repeat(43).concat('=') }));
    expect(shown).toContain('AI_AGENTS_DATABASE_URL=(hidden)\n');
    expect(shown).toContain('AI_AGENTS_CREDENTIALS_KEY=(hidden)\n');
    expect(shown).toContain('AI_AGENTS_PORT=9000\n');
    expect(shown).not.toMatch(/hunter2|AAAA/);
  });

  // `-u` writes it anew.
  test('docs/configuration.md is what the program reads', async () => {
    await expect(configurationPage()).toMatchFileSnapshot('../docs/configuration.md');
  });
});

describe('traces go', () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  // each with its nearest other: what an empty variable means, and which one wins, is OpenTelemetry's own rule
  test.each([
    [{}, undefined],
    [endpoint, 'otlp'],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' }, 'otlp'],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, undefined],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, 'otlp'],
    [{ OTEL_TRACES_EXPORTER: 'console' }, 'console'],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'console' }, 'console'],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, undefined],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: '' }, 'otlp'],
    [{ ...endpoint, OTEL_TRACES_EXPORTER: 'zipkin' }, undefined],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, undefined],
    [{ ...endpoint, OTEL_SDK_DISABLED: 'false' }, 'otlp'],
    [{ ...endpoint, OTEL_SDK_DISABLED: '' }, 'otlp'],
  ])('with %o to %s', (env, exporter) => expect(tracesExporter({ env })).toBe(exporter));
});
