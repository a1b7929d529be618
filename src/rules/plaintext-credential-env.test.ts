import { plaintextCredentialEnv } from './plaintext-credential-env.ts';
import { deployment, testRule } from './test-rule.ts';

const env = (name: string, value: string) => deployment('web', { container: `env:\n  - name: ${name}\n    value: ${value}` });

testRule(plaintextCredentialEnv, {
  passes: {
    'from a Secret': deployment('web', { container: 'env: [{ name: PASSWORD, valueFrom: { secretKeyRef: { name: a, key: b } } }]' }),
    'a file that holds it': env('DB_PASSWORD_FILE', '/run/secrets/password'),
    'a path under a credential name': env('TOKEN', '/var/run/token'),
    'put together from other variables': env('DATABASE_PASSWORD', '$(POSTGRES_PASSWORD)'),
    'a switch': env('ALLOW_EMPTY_PASSWORD', '"yes"'),
    'a switch of MySQL': env('MYSQL_ALLOW_EMPTY_PASSWORD', '"1"'),
    empty: env('PASSWORD', '""'),
    'how long a token lives': env('TOKEN_TTL', '3600'),
    'a number of tokens': env('MAX_TOKENS', '4096'),
    'the name of a Secret': env('SECRET_NAME', 'web'),
    'a user': env('DB_USER', 'shop'),
    'the key of a cache entry': env('CACHE_KEY', 'v1'),
    'a URL whose password is filled in later': env('DATABASE_URL', 'postgres://shop:$(PASSWORD)@db/shop'),
    'filled in by its own name': env('API_KEY', 'API_KEY_VALUE'),
    'a public key': env('NEXT_PUBLIC_API_KEY', 'abc'),
  },
  fails: {
    password: [env('DB_PASSWORD', 'hunter2'), ['value: hunter2', { container: 'web', what: 'a credential', variable: 'DB_PASSWORD' }]],
    'in camel case': [env('dbPassword', 'hunter2'), 'value: hunter2'],
    'a token': [env('SLACK_TOKEN', 'abc'), 'value: abc'],
    'a secret key': [env('AWS_SECRET_ACCESS_KEY', 'abc'), 'value: abc'],
    'a URL': [env('DATABASE_URL', 'postgres://shop:hunter2@db/shop'), ['value: postgres://shop:hunter2@db/shop', { what: 'a URL with its password' }]],
    'a token by its form': [env('CONFIG', `ghp_${'a'.repeat(36)}`), ['value: ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', { what: 'a token' }]],
    'a private key': [env('PEM', '"-----BEGIN RSA PRIVATE KEY-----"'), ['value: "-----BEGIN RSA PRIVATE KEY-----"', { what: 'a private key' }]],
  },
});
