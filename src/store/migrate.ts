import type { PgQueryable } from 'bullmq';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import { databaseUnusable, migrationFailed, schemaOutdated } from '../errors.ts';
import { queueName } from '../queue/queue.ts';
import { tenantsReviewsJobs } from './migrations/0001-tenants-reviews-jobs.ts';
import { reviewTotals } from './migrations/0002-review-totals.ts';
import { tracesAndStages } from './migrations/0003-traces-and-stages.ts';
import { orderInOneStatement } from './migrations/0004-order-in-one-statement.ts';
import type { Store } from './store.ts';
import type { Tables } from './tables.ts';

/** In order. One that was released is never changed again; each must leave the version before able to work, for rolling upgrades. */
const migrations = {
  '0001-tenants-reviews-jobs': tenantsReviewsJobs,
  '0002-review-totals': reviewTotals,
  '0003-traces-and-stages': tracesAndStages,
  '0004-order-in-one-statement': orderInOneStatement,
};

/**
 * Brings the database to this program's version; safe from many processes at a time, and again and again.
 * @returns the names of the steps that were taken: none when there was nothing to do
 * @throws Problem MIGRATION_FAILED, SCHEMA_OUTDATED when the database is newer than the program
 */
export async function migrate(store: Store): Promise<string[]> {
  return store.asOwner(async (db, session) => {
    const migrator = new Migrator({ db, migrationTableSchema: 'ai_agents', provider: { getMigrations: async () => migrations } });
    const { error, results } = await migrator.migrateToLatest();
    if (error) {
      const unknown = await unknownSteps(store).catch(() => []);
      throw unknown.length > 0 ? schemaOutdated(`it has ${unknown.join(', ')}, which this program does not know`) : migrationFailed(error);
    }
    if (session) await prepareBullmq(db, session);
    return (results ?? []).map(({ migrationName }) => migrationName);
  });
}

async function prepareBullmq(db: Kysely<Tables>, session: PgQueryable): Promise<void> {
  const { runMigrations } = await import('bullmq');
  try {
    await runMigrations(session, 'bullmq');
    // Makes the queue's sequence, which BullMQ would make at the first message: whoever sends it may create nothing.
    await sql`SELECT bullmq.next_job_id(${queueName})`.execute(db);
    await sql`GRANT USAGE ON SCHEMA bullmq TO ai_agents_app`.execute(db);
    await sql`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA bullmq TO ai_agents_app`.execute(db);
    await sql`GRANT USAGE ON ALL SEQUENCES IN SCHEMA bullmq TO ai_agents_app`.execute(db);
  } catch (cause) {
    throw migrationFailed(cause);
  }
}

/** What is wrong with the schema, for readiness: undefined when this program can work on it. */
export async function schemaTrouble(store: Store): Promise<string | undefined> {
  const has = await appliedSteps(store);
  const missing = Object.keys(migrations).filter((name) => !has.includes(name));
  // A newer schema is fine: a step leaves the version before it able to work.
  return missing.length > 0 ? `the database lacks ${missing.join(', ')}` : undefined;
}

/**
 * Asks whether the work can be done safely here.
 * @throws Problem SCHEMA_OUTDATED, DATABASE_UNUSABLE when the server is away or the role that works could read past a tenant
 */
export async function assertUsable(store: Store): Promise<void> {
  let trouble: string | undefined;
  try {
    trouble = await schemaTrouble(store);
  } catch (cause) {
    throw databaseUnusable(cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (trouble) throw schemaOutdated(trouble);
  const { rows } = await store.outsideTenants((tx) =>
    sql<{ unsafe: boolean; callable: boolean }>`SELECT rolsuper OR rolbypassrls OR EXISTS (
      SELECT FROM pg_class WHERE relnamespace = 'ai_agents'::regnamespace AND relowner = pg_roles.oid
    ) AS unsafe, has_function_privilege(session_user, 'ai_agents.job_depth()', 'EXECUTE') AS callable FROM pg_roles WHERE rolname = current_user`.execute(tx),
  );
  if (rows[0]?.unsafe !== false) throw databaseUnusable('the role ai_agents_app owns tables or may bypass row-level security');
  if (!rows[0].callable) throw databaseUnusable('its login does not inherit the rights of the role ai_agents_app');
}

const unknownSteps = async (store: Store) => (await appliedSteps(store)).filter((name) => !(name in migrations));

// No role, no schema, no table, or no right to see them: this database was never migrated.
const neverMigrated = ['22023', '3F000', '42P01', '42501'];

async function appliedSteps(store: Store): Promise<string[]> {
  try {
    const { rows } = await store.outsideTenants((tx) => sql<{ name: string }>`SELECT name FROM ai_agents.kysely_migration ORDER BY name`.execute(tx));
    return rows.map(({ name }) => name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && neverMigrated.includes(String(error.code))) return [];
    throw error;
  }
}
