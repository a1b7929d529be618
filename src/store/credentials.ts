import type { Sealed } from '../repositories/credentials.ts';
import type { Store } from './store.ts';

/** Keeps a sealed credential for a host, in place of the one before. */
export const saveCredential = (store: Store, tenantId: string, host: string, { keyId, sealed }: Sealed): Promise<unknown> =>
  store.asTenant(tenantId, (tx) =>
    tx
      .insertInto('credentials')
      .values({ tenant_id: tenantId, host, key_id: keyId, sealed })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'host']).doUpdateSet({ key_id: keyId, sealed }))
      .execute(),
  );

export async function findCredential(store: Store, tenantId: string, host: string): Promise<Sealed | undefined> {
  const row = await store.asTenant(tenantId, (tx) =>
    tx.selectFrom('credentials').select(['key_id', 'sealed']).where('tenant_id', '=', tenantId).where('host', '=', host).executeTakeFirst(),
  );
  return row && { keyId: row.key_id, sealed: row.sealed };
}

export const listCredentials = (store: Store, tenantId: string): Promise<{ host: string; key_id: string; created_at: Date }[]> =>
  store.asTenant(tenantId, (tx) =>
    tx.selectFrom('credentials').select(['host', 'key_id', 'created_at']).where('tenant_id', '=', tenantId).orderBy('host').execute(),
  );

/** @returns whether there was one */
export async function deleteCredential(store: Store, tenantId: string, host: string): Promise<boolean> {
  const { numDeletedRows } = await store.asTenant(tenantId, (tx) =>
    tx.deleteFrom('credentials').where('tenant_id', '=', tenantId).where('host', '=', host).executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}
