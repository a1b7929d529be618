import { z } from 'zod';
import { notFound } from '../errors.ts';
import { deleteCredential as remove } from '../store/credentials.ts';
import { ByHost } from './bodies.ts';
import { defineOperation } from './operation.ts';

export const deleteCredential = defineOperation({
  id: 'deleteCredential',
  method: 'DELETE',
  path: '/credentials/:host',
  summary: "Forget a host's credential",
  scope: 'admin',
  params: ByHost,
  answers: z.object({ host: z.string() }),
  async run({ host }, { store, tenantId }) {
    if (!(await remove(store, tenantId, host))) throw notFound('credential for', host);
    return { host };
  },
});
