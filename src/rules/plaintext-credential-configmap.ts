import { dataOf } from '../manifest/resource.ts';
import { textOf } from '../manifest/yaml.ts';
import { holdsKnownToken, holdsPrivateKey, isCredentialName, isLiteralCredential, passwordInUrl } from './credentials.ts';
import { objects, titleOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const plaintextCredentialConfigmap = defineRule({
  id: 'plaintext-credential-configmap',
  severity: 'high',
  security: true,
  says: '{config} has {what} written into {key}.',
  because: 'ConfigMaps are shown to everybody who can read the namespace, are not encrypted, and stay in the history of git.',
  fix: 'Change the credential and keep it in a Secret.',
  fails: 'plaintext-credential-configmap/password.yaml',
  passes: 'plaintext-credential-configmap/settings.yaml',
  *find(inventory) {
    for (const config of objects(inventory, 'ConfigMap')) {
      for (const [key, entry] of dataOf(config)) {
        const value = textOf(entry.value) ?? '';
        const isFile = value.includes('\n');
        const what =
          !isFile && isCredentialName(key) && isLiteralCredential(key, value)
            ? 'a credential'
            : holdsPrivateKey(value)
              ? 'a private key'
              : holdsKnownToken(value)
                ? 'a token'
                : passwordInUrl(value) !== undefined
                  ? 'a URL with its password'
                  : undefined;
        if (what) yield { at: entry.key, args: { config: titleOf(config), what, key } };
      }
    }
  },
});
