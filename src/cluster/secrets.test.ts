import { describe, expect, test } from 'vitest';
import { Source } from '../checkout/source.ts';
import { Inventory } from '../manifest/inventory.ts';
import { parseYaml } from '../manifest/yaml.ts';
import { fillTemplates, givenSecrets, secretsNamedIn, secretValues } from './secrets.ts';

const DATABASE = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: postgresql}
spec:
  template:
    spec:
      containers:
        - name: postgresql
          image: postgres:17
          env:
            - {name: POSTGRES_DB, value: shop}
            - name: POSTGRES_USER
              valueFrom: {secretKeyRef: {name: credentials, key: username}}
            - name: POSTGRES_PASSWORD
              valueFrom: {secretKeyRef: {name: credentials, key: password}}
---
apiVersion: v1
kind: Service
metadata: {name: db}
spec: {ports: [{port: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: cache}
spec: {ports: [{port: 6379}]}
`;

function filled(template: string) {
  const inventory = new Inventory(
    ['k8s/all.yaml', 'k8s/secrets.yaml.example'],
    [new Source('k8s/all.yaml', DATABASE), new Source('k8s/secrets.yaml.example', template)],
  );
  const templates = inventory.resources.filter((resource) => resource.template);
  const all = Array.from(fillTemplates(templates, inventory.resources).values());
  return {
    keys: all.flatMap((each) => each.filled),
    values: Object.fromEntries(
      all.flatMap(({ object }) => Object.entries(object.data as Record<string, string>).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()])),
    ),
  };
}

test('placeholders get values, real ones stay, and connection strings repeat the database’s own credentials', () => {
  const { keys, values } = filled(`
apiVersion: v1
kind: Secret
metadata: {name: credentials}
data:
  username: cG9zdGdyZXM=
  password: PLACEHOLDER_BASE64_PASSWORD
---
apiVersion: v1
kind: Secret
metadata: {name: app}
data:
  database_url: PLACEHOLDER
  redis_url: <base64>
`);
  expect(keys).toEqual(['password', 'database_url', 'redis_url']);
  expect(values.username).toBe('postgres');
  expect(values.password).toMatch(/^[A-Za-z0-9]{20,}$/);
  expect(values.database_url).toBe(`postgresql://postgres:${values.password}@db:5432/shop`);
  expect(values.redis_url).toBe('redis://cache:6379/0');
});

test('the comment above a key shows its shape', () => {
  const { values } = filled(`
apiVersion: v1
kind: Secret
metadata: {name: app}
data:
  # Format: postgresql+asyncpg://user:pass@db.shop.svc.cluster.local:5432/orders
  database_url: CHANGEME
`);
  expect(values.database_url).toMatch(/^postgresql\+asyncpg:\/\/postgres:[^@]*@db\.shop\.svc\.cluster\.local:5432\/orders$/);
});

test('text that is no base64 is no value: the API server would refuse it', () => {
  const { keys } = filled('apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  token: not_base64!\n  key: c2VjcmV0LXZhbHVl\n');
  expect(keys).toEqual(['token']);
});

test('user names are ordinary words, passwords are not to be shown', () => {
  const data = { username: Buffer.from('postgres').toString('base64'), password: Buffer.from('correct-horse').toString('base64') };
  expect(secretValues({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data })).toEqual(['correct-horse']);
});

test('a value that a comment says how to make is made so', () => {
  const { values } = filled(`
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData:
  # encrypts: what \`openssl rand -base64 32\` prints
  key: REPLACE_ME
  # openssl rand -hex 16
  salt: REPLACE_ME
`);
  expect(values).toEqual({ key: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/), salt: expect.stringMatching(/^[0-9a-f]{32}$/) });
});

describe('--secrets', () => {
  const given = (text: string) => givenSecrets(parseYaml(new Source('own.yaml', text)).documents, 'own.yaml');
  const secret = (name: string, rest: string) => `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\n${rest}\n`;

  test('takes Secrets, also of a List as `kubectl get secrets -o yaml` prints it', () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: c}, data: {key: dmFsdWU=}}\n';
    const two = `${secret('a', 'stringData: {key: value}')}---\n${secret('b', 'data:\n  key: |\n    dmFs\n    dWU=')}---\n${list}`;
    expect(Array.from(given(two).keys())).toEqual(['a', 'b', 'c']);
  });

  test.each([
    ['nothing', '', 'own.yaml holds no Secret'],
    ['no YAML of Kubernetes', 'PASSWORD=hunter2\n', 'own.yaml:1 is no Secret of v1'],
    ['another kind', `${secret('a', 'stringData: {key: value}')}---\nkind: ConfigMap\nmetadata: {name: c}\n`, 'own.yaml:6 is no Secret of v1, but a ConfigMap'],
    ['one without a name', 'apiVersion: v1\nkind: Secret\nstringData: {key: hunter2}\n', 'the Secret at own.yaml:1 has no name'],
    ['one twice', `${secret('a', '')}---\n${secret('a', '')}`, 'own.yaml gives Secret/a twice'],
    ['a value that is not base64', secret('a', 'data: {key: hunter2!}'), 'the value of key in Secret/a (own.yaml:4) is not base64'],
    ['a number', secret('a', 'stringData: {key: 1234567}'), 'the value of key in Secret/a (own.yaml:4) is no text; put it in quotes'],
  ])('refuses %s, and never says a value', (_, text, says) => {
    expect(() => given(text)).toThrow(expect.objectContaining({ code: 'SECRETS_UNFIT', message: says }));
  });

  test('Secrets are named by variables, volumes, accounts and certificates', () => {
    const pod = {
      imagePullSecrets: [{ name: 'pull' }],
      volumes: [
        { name: 'v', secret: { secretName: 'volume' } },
        { name: 'w', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'c' } }] } },
      ],
      containers: [
        { name: 'api', env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'variable', key: 'k' } } }], envFrom: [{ secretRef: { name: 'all' } }] },
      ],
    };
    expect(secretsNamedIn({ spec: pod, tls: [{ secretName: 'tls' }] }).toSorted()).toEqual(['all', 'projected', 'pull', 'tls', 'variable', 'volume']);
  });
});
