import { notFound } from '../errors.ts';
import { revokeToken as revoke } from '../store/tokens.ts';
import { ById } from './bodies.ts';
import { defineOperation } from './operation.ts';
import { TokenBody, tokenBody } from './token-body.ts';

export const revokeToken = defineOperation({
  id: 'revokeToken',
  method: 'DELETE',
  path: '/tokens/:id',
  summary: 'End a token for good',
  scope: 'admin',
  params: ById,
  answers: TokenBody,
  async run({ id }, { store, tenantId }) {
    const token = await revoke(store, tenantId, id);
    if (!token) throw notFound('token', id);
    return tokenBody(token);
  },
});
