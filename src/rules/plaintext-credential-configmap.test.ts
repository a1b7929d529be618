import { plaintextCredentialConfigmap } from './plaintext-credential-configmap.ts';
import { object, testRule } from './test-rule.ts';

const config = (data: string) => object('v1', 'ConfigMap', 'web', `data:\n  ${data}`);

testRule(plaintextCredentialConfigmap, {
  passes: {
    settings: config('log_level: info'),
    'a public certificate': config('ca.crt: "-----BEGIN CERTIFICATE-----"'),
    'the name of a Secret': config('password_secret_name: web'),
    'a script that is called so': config('reset-password: |\n    #!/bin/sh\n    exit 0'),
    'a token that is filled in later': config('API_TOKEN: $TOKEN'),
  },
  fails: {
    'a password': [config('db_password: hunter2'), ['db_password: hunter2', { config: 'ConfigMap/web', what: 'a credential', key: 'db_password' }]],
    'a private key': [config('id_rsa: |\n    -----BEGIN OPENSSH PRIVATE KEY-----'), 'id_rsa: |'],
    'a URL': [config('BROKER: amqp://guest:guest@queue'), ['BROKER: amqp://guest:guest@queue', { what: 'a URL with its password' }]],
  },
});
