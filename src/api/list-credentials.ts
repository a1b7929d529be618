import { z } from 'zod';
import { listCredentials as list } from '../store/credentials.ts';
import { Time } from './bodies.ts';
import { defineOperation } from './operation.ts';

const CredentialBody = z
  .object({ host: z.string(), keyId: z.string().describe('The key that seals it: the start of its SHA-256'), createdAt: Time })
  .meta({ id: 'Credential' });

export const listCredentials = defineOperation({
  id: 'listCredentials',
  method: 'GET',
  path: '/credentials',
  summary: 'List the hosts that have a credential, without their secrets',
  scope: 'admin',
  answers: z.object({ credentials: z.array(CredentialBody) }),
  async run(_, { store, tenantId }) {
    const rows = await list(store, tenantId);
    return { credentials: rows.map((row) => ({ host: row.host, keyId: row.key_id, createdAt: row.created_at.toISOString() })) };
  },
});
