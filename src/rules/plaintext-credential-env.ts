import { get, placeAt } from '../manifest/yaml.ts';
import { holdsKnownToken, holdsPrivateKey, isCredentialName, isLiteralCredential, passwordInUrl } from './credentials.ts';
import { allContainers, namesOf } from './objects.ts';
import { defineRule } from './rule.ts';

export const plaintextCredentialEnv = defineRule({
  id: 'plaintext-credential-env',
  severity: 'high',
  security: true,
  says: 'Container {container} of {workload} has {what} written into {variable}.',
  because: 'Everybody who can read the repository, the Deployment or its events has it, and it stays in the history of git after it was removed.',
  fix: 'Change the credential, keep it in a Secret, and read it with valueFrom.secretKeyRef.',
  fails: 'plaintext-credential-env/written-out.yaml',
  passes: 'plaintext-credential-env/from-secret.yaml',
  *find(inventory) {
    for (const placed of allContainers(inventory)) {
      for (const { name, value, node } of placed.container.env) {
        if (value === undefined || get(node, 'valueFrom')) continue;
        const what =
          isCredentialName(name) && isLiteralCredential(name, value)
            ? 'a credential'
            : holdsPrivateKey(value)
              ? 'a private key'
              : holdsKnownToken(value)
                ? 'a token'
                : passwordInUrl(value) !== undefined
                  ? 'a URL with its password'
                  : undefined;
        if (what) yield { at: placeAt(node, 'value'), args: { ...namesOf(placed), what, variable: name } };
      }
    }
  },
});
