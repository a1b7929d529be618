import { z } from 'zod';
import { listTokens as list } from '../store/tokens.ts';
import { defineOperation } from './operation.ts';
import { TokenBody, tokenBody } from './token-body.ts';

export const listTokens = defineOperation({
  id: 'listTokens',
  method: 'GET',
  path: '/tokens',
  summary: 'List tokens, revoked and expired ones too',
  scope: 'admin',
  answers: z.object({ tokens: z.array(TokenBody) }),
  run: async (_, { store, tenantId }) => ({ tokens: (await list(store, tenantId)).map(tokenBody) }),
});
