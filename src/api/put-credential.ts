import { z } from 'zod';
import { Credential, ownerOf, seal } from '../repositories/credentials.ts';
import { saveCredential } from '../store/credentials.ts';
import { ByHost } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const putCredential = defineOperation({
  id: 'putCredential',
  method: 'PUT',
  path: '/credentials/:host',
  summary: 'Keep a credential for a host, encrypted, in place of the one before. It cannot be read back',
  scope: 'admin',
  params: ByHost,
  body: z.strictObject({ credential: Credential }),
  answers: z.object({ host: z.string(), keyId: z.string() }),
  async run({ host, credential }, { store, tenantId, sealingKeys }) {
    const sealed = seal(credential, ownerOf(tenantId, host), sealingKeys);
    await saveCredential(store, tenantId, host, sealed);
    return { host, keyId: sealed.keyId };
  },
});
