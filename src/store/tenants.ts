import type { Store } from './store.ts';

/** Whose everything is where nobody named a tenant. */
export const defaultTenant = 'default';

/** The id of the tenant with this name, made when there is none. With the owner's rights: a tenant cannot make tenants. */
export const ensureTenant = (store: Store, name: string): Promise<string> =>
  store.asOwner(async (db) => {
    await db
      .insertInto('tenants')
      .values({ name })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return (await db.selectFrom('tenants').select('id').where('name', '=', name).executeTakeFirstOrThrow()).id;
  });

/** The id of the tenant with this name, or undefined. With the owner's rights. */
export const findTenant = (store: Store, name: string): Promise<string | undefined> =>
  store.asOwner(async (db) => (await db.selectFrom('tenants').select('id').where('name', '=', name).executeTakeFirst())?.id);
