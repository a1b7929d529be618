import { z } from 'zod';
import type { StoredToken } from '../store/tokens.ts';
import { at, Id, Time } from './bodies.ts';
import { scopes } from './operation.ts';

export const TokenBody = z
  .object({
    id: Id,
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: Time,
    expiresAt: Time.nullable(),
    lastUsedAt: Time.nullable().describe('To the minute'),
    revokedAt: Time.nullable(),
  })
  .meta({ id: 'Token' });

export const tokenBody = (token: StoredToken): z.input<typeof TokenBody> => ({
  id: token.id,
  name: token.name,
  scopes: token.scopes,
  createdAt: token.created_at.toISOString(),
  expiresAt: at(token.expires_at),
  lastUsedAt: at(token.last_used_at),
  revokedAt: at(token.revoked_at),
});
