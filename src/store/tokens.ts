import { createHash, randomBytes } from 'node:crypto';
import { type Selectable, sql } from 'kysely';
import type { Store } from './store.ts';
import type { TokenTable } from './tables.ts';

export type StoredToken = Omit<Selectable<TokenTable>, 'hash' | 'tenant_id'>;

export interface TokenUser {
  readonly tokenId: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: TokenTable['scopes'];
}

const columns = ['id', 'name', 'scopes', 'expires_at', 'last_used_at', 'revoked_at', 'created_at'] as const;

// 256 bits of chance need no slow hash: there is nothing to guess.
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Makes a token. Its text is in this answer and nowhere else; the prefix is for scanners that look for secrets where none should be. */
export async function createToken(
  store: Store,
  tenantId: string,
  { name, scopes, expiresAt }: { name: string; scopes: TokenTable['scopes']; expiresAt?: Date | undefined },
): Promise<{ text: string; token: StoredToken }> {
  const text = `aia_${randomBytes(32).toString('base64url')}`;
  const token = await store.asTenant(tenantId, (tx) =>
    tx
      .insertInto('tokens')
      .values({ tenant_id: tenantId, name, scopes, expires_at: expiresAt, hash: hashOf(text) })
      .returning(columns)
      .executeTakeFirstOrThrow(),
  );
  return { text, token };
}

export const listTokens = (store: Store, tenantId: string): Promise<StoredToken[]> =>
  store.asTenant(tenantId, (tx) => tx.selectFrom('tokens').select(columns).where('tenant_id', '=', tenantId).orderBy('created_at').execute());

/** Ends a token for good; undefined when the tenant has none with this id. Doing it again changes nothing. */
export const revokeToken = (store: Store, tenantId: string, id: string): Promise<StoredToken | undefined> =>
  store.asTenant(tenantId, (tx) =>
    tx
      .updateTable('tokens')
      .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirst(),
  );

/** Who presents a token; undefined when there is none, or it is revoked or expired. Notes the use, at most once a minute. */
export async function findTokenUser(store: Store, text: string): Promise<TokenUser | undefined> {
  if (!/^aia_[A-Za-z0-9_-]{43}$/.test(text)) return undefined;
  const [row] = await store.call(
    sql<{
      id: string;
      tenant_id: string;
      name: string;
      scopes: TokenTable['scopes'];
    }>`SELECT id, tenant_id, name, scopes FROM ai_agents.use_token(${hashOf(text)})`,
  );
  return row && { tokenId: row.id, tenantId: row.tenant_id, name: row.name, scopes: row.scopes };
}
