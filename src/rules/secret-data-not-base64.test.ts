import { expect, test } from 'vitest';
import { secretDataNotBase64 } from './secret-data-not-base64.ts';
import { inventoryOf, object, testRule } from './test-rule.ts';

const secret = (data: string) => object('v1', 'Secret', 'web', `data:\n  ${data}`);

testRule(secretDataNotBase64, {
  passes: {
    encoded: secret('password: aHVudGVyMg=='),
    'in several lines': secret('file: |\n    aHVu\n    dGVy'),
    'as it is, under stringData': object('v1', 'Secret', 'web', 'stringData: { password: hunter-2 }'),
    empty: secret('password: ""'),
    'no value': secret('password:'),
    'filled in later': secret('password: $PASSWORD'),
  },
  fails: {
    'plain text': [secret('password: hunter-2'), ['password: hunter-2', { secret: 'Secret/web', key: 'password' }]],
    'without padding': [secret('password: aHVudGVyMg'), 'password: aHVudGVyMg'],
    'a number': [secret('port: 5432'), 'port: 5432'],
    'a template': [{ 'k8s/secret.yaml.example': secret('password: PLACEHOLDER_BASE64_PASSWORD') }, 'password: PLACEHOLDER_BASE64_PASSWORD'],
  },
});

test('a template is less bad than a Secret that is applied', () => {
  const severities = (path: string) => [...secretDataNotBase64.find(inventoryOf({ [path]: secret('password: hunter-2') }))].map(({ severity }) => severity);
  expect(severities('k8s/secret.yaml')).toEqual([undefined]);
  expect(severities('k8s/secret.yaml.example')).toEqual(['low']);
});
