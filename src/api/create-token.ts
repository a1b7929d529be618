import { z } from 'zod';
import { createToken as create } from '../store/tokens.ts';
import { Time } from './bodies.ts';
import { defineOperation, scopes } from './operation.ts';
import { TokenBody, tokenBody } from './token-body.ts';

export const createToken = defineOperation({
  id: 'createToken',
  method: 'POST',
  path: '/tokens',
  summary: 'Make a token. Its text is in this answer only',
  scope: 'admin',
  status: 201,
  body: z.strictObject({
    name: z.string().min(1).max(100).describe('Who or what will use it'),
    scopes: z.array(z.enum(scopes)).min(1).max(3).describe('write includes read, admin includes both'),
    expiresAt: Time.optional(),
  }),
  answers: z.object({ text: z.string().describe('What goes after `Authorization: Bearer`'), token: TokenBody }),
  async run({ name, scopes, expiresAt }, { store, tenantId }) {
    const { text, token } = await create(store, tenantId, { name, scopes, expiresAt: expiresAt === undefined ? undefined : new Date(expiresAt) });
    return { text, token: tokenBody(token) };
  },
});
