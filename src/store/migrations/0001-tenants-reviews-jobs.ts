import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

// Statements, one by one: PGlite takes a single one at a time where it takes parameters, and Kysely always passes some.
const up = [
  // Roles belong to the whole server: another database's migration may make this one at the same time.
  `DO $$ BEGIN
     CREATE ROLE ai_agents_app NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
   EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
   END $$`,
  // A server's superuser may become any role; an owner without that right, which made the role, may let itself.
  `DO $$ BEGIN
     IF NOT pg_has_role(current_user, 'ai_agents_app', 'MEMBER') THEN EXECUTE format('GRANT ai_agents_app TO %I', current_user); END IF;
   END $$`,
  'GRANT USAGE ON SCHEMA ai_agents TO ai_agents_app',

  // A setting that was set once in a session comes back as '' after its transaction, not as NULL.
  `CREATE FUNCTION ai_agents.tenant() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.tenant', true), '')::uuid $$`,

  `CREATE TABLE ai_agents.tenants (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     name text NOT NULL UNIQUE CHECK (name <> ''),
     max_running integer CHECK (max_running > 0),
     served_at timestamptz NOT NULL DEFAULT now(),
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE ai_agents.tokens (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL REFERENCES ai_agents.tenants ON DELETE CASCADE,
     name text NOT NULL,
     hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
     scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write', 'admin']),
     expires_at timestamptz,
     last_used_at timestamptz,
     revoked_at timestamptz,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  'CREATE INDEX tokens_by_tenant ON ai_agents.tokens (tenant_id, created_at)',
  `CREATE TABLE ai_agents.credentials (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL REFERENCES ai_agents.tenants ON DELETE CASCADE,
     host text NOT NULL,
     key_id text NOT NULL,
     sealed bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (tenant_id, host)
   )`,

  // References carry the tenant: a foreign key is checked past row-level security, so without it one tenant could point at another's row.
  `CREATE TABLE ai_agents.repositories (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL REFERENCES ai_agents.tenants ON DELETE CASCADE,
     url text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (tenant_id, url),
     UNIQUE (tenant_id, id)
   )`,
  `CREATE TABLE ai_agents.stories (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL,
     repository_id uuid NOT NULL,
     paths text[] NOT NULL,
     title text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (tenant_id, repository_id, paths),
     UNIQUE (tenant_id, id),
     FOREIGN KEY (tenant_id, repository_id) REFERENCES ai_agents.repositories (tenant_id, id) ON DELETE CASCADE
   )`,
  `CREATE TABLE ai_agents.reviews (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL,
     repository_id uuid NOT NULL,
     ref text NOT NULL,
     commit text CHECK (commit ~ '^[0-9a-f]{40}([0-9a-f]{24})?$'),
     stories text[] NOT NULL,
     manifests text[] NOT NULL,
     subject text NOT NULL,
     story_id uuid,
     state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
     outcome text CHECK (outcome IN ('APPROVE', 'CHANGES REQUESTED', 'BLOCKED')),
     holds boolean NOT NULL DEFAULT false,
     same_as uuid,
     failure_code text,
     failure text,
     failure_hint text,
     requested_by text,
     request_id text,
     created_at timestamptz NOT NULL DEFAULT now(),
     started_at timestamptz,
     finished_at timestamptz,
     UNIQUE (tenant_id, id),
     FOREIGN KEY (tenant_id, repository_id) REFERENCES ai_agents.repositories (tenant_id, id) ON DELETE CASCADE,
     FOREIGN KEY (tenant_id, story_id) REFERENCES ai_agents.stories (tenant_id, id),
     FOREIGN KEY (tenant_id, same_as) REFERENCES ai_agents.reviews (tenant_id, id),
     CHECK (NOT holds OR (commit IS NOT NULL AND same_as IS NULL AND state IN ('queued', 'running', 'done'))),
     CHECK ((state = 'done') = (outcome IS NOT NULL)),
     CHECK ((state = 'failed') = (failure_code IS NOT NULL)),
     CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
   )`,
  // These two decide the races. A failed or cancelled review holds nothing, so that the same may be asked for again.
  `CREATE UNIQUE INDEX reviews_once_per_commit ON ai_agents.reviews (tenant_id, repository_id, commit, subject) WHERE holds`,
  `CREATE UNIQUE INDEX reviews_once_while_waiting ON ai_agents.reviews (tenant_id, repository_id, ref, subject)
     WHERE commit IS NULL AND started_at IS NULL AND state = 'queued'`,
  'CREATE INDEX reviews_newest ON ai_agents.reviews (tenant_id, created_at DESC, id DESC)',
  'CREATE INDEX reviews_newest_in_state ON ai_agents.reviews (tenant_id, state, created_at DESC, id DESC)',
  'CREATE INDEX reviews_newest_of_outcome ON ai_agents.reviews (tenant_id, outcome, created_at DESC, id DESC)',
  'CREATE INDEX reviews_newest_of_repository ON ai_agents.reviews (tenant_id, repository_id, created_at DESC, id DESC)',
  'CREATE INDEX reviews_of_commit ON ai_agents.reviews (tenant_id, commit)',
  'CREATE INDEX reviews_of_story ON ai_agents.reviews (tenant_id, story_id, created_at)',

  `CREATE TABLE ai_agents.reports (
     review_id uuid NOT NULL,
     tenant_id uuid NOT NULL,
     format text NOT NULL,
     body text NOT NULL,
     PRIMARY KEY (review_id, format),
     FOREIGN KEY (tenant_id, review_id) REFERENCES ai_agents.reviews (tenant_id, id) ON DELETE CASCADE
   )`,
  `CREATE TABLE ai_agents.verdicts (
     review_id uuid NOT NULL,
     tenant_id uuid NOT NULL,
     story_id uuid NOT NULL,
     claim_id text NOT NULL,
     position integer NOT NULL,
     kind text NOT NULL,
     text text NOT NULL,
     ticked boolean,
     verdict text NOT NULL CHECK (verdict IN ('met', 'partial', 'unmet', 'unproven', 'not-run', 'failed')),
     because text NOT NULL,
     PRIMARY KEY (review_id, position),
     FOREIGN KEY (tenant_id, review_id) REFERENCES ai_agents.reviews (tenant_id, id) ON DELETE CASCADE,
     FOREIGN KEY (tenant_id, story_id) REFERENCES ai_agents.stories (tenant_id, id) ON DELETE CASCADE
   )`,
  'CREATE INDEX verdicts_of_story ON ai_agents.verdicts (tenant_id, story_id)',
  `CREATE TABLE ai_agents.events (
     review_id uuid NOT NULL,
     seq integer NOT NULL,
     tenant_id uuid NOT NULL,
     kind text NOT NULL CHECK (kind IN ('queued', 'cloning', 'reading', 'judging', 'done', 'failed', 'cancelled', 'retrying')),
     done integer,
     "of" integer,
     note text,
     at timestamptz NOT NULL DEFAULT clock_timestamp(),
     PRIMARY KEY (review_id, seq),
     FOREIGN KEY (tenant_id, review_id) REFERENCES ai_agents.reviews (tenant_id, id) ON DELETE CASCADE
   )`,
  `CREATE TABLE ai_agents.idempotency_keys (
     tenant_id uuid NOT NULL,
     key text NOT NULL,
     request_hash text NOT NULL,
     review_id uuid NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (tenant_id, key),
     FOREIGN KEY (tenant_id, review_id) REFERENCES ai_agents.reviews (tenant_id, id) ON DELETE CASCADE
   )`,

  `CREATE TABLE ai_agents.jobs (
     id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
     tenant_id uuid NOT NULL REFERENCES ai_agents.tenants ON DELETE CASCADE,
     name text NOT NULL,
     input jsonb NOT NULL,
     state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'dead', 'cancelled')),
     priority smallint NOT NULL,
     run_at timestamptz NOT NULL DEFAULT now(),
     attempts integer NOT NULL DEFAULT 0,
     max_attempts integer NOT NULL DEFAULT 3,
     worker uuid,
     lease_until timestamptz,
     cancel_requested_at timestamptz,
     reason_code text,
     reason text,
     seq bigint GENERATED ALWAYS AS IDENTITY,
     created_at timestamptz NOT NULL DEFAULT now(),
     finished_at timestamptz,
     CHECK ((state = 'running') = (worker IS NOT NULL)),
     CHECK ((state = 'running') = (lease_until IS NOT NULL)),
     CHECK (state <> 'dead' OR reason_code IS NOT NULL)
   )`,
  `CREATE INDEX jobs_waiting ON ai_agents.jobs (tenant_id, priority, seq) WHERE state = 'queued'`,
  `CREATE INDEX jobs_running ON ai_agents.jobs (tenant_id) WHERE state = 'running'`,

  // The owner is not held by these; whoever works is not the owner.
  ...['tokens', 'credentials', 'repositories', 'stories', 'reviews', 'reports', 'verdicts', 'events', 'idempotency_keys', 'jobs'].flatMap((table) => [
    `ALTER TABLE ai_agents.${table} ENABLE ROW LEVEL SECURITY`,
    `CREATE POLICY own_rows ON ai_agents.${table} USING (tenant_id = ai_agents.tenant()) WITH CHECK (tenant_id = ai_agents.tenant())`,
  ]),
  'ALTER TABLE ai_agents.tenants ENABLE ROW LEVEL SECURITY',
  'CREATE POLICY own_row ON ai_agents.tenants USING (id = ai_agents.tenant()) WITH CHECK (id = ai_agents.tenant())',
  'GRANT SELECT ON ai_agents.tenants TO ai_agents_app',
  'GRANT SELECT, INSERT ON ai_agents.stories, ai_agents.events TO ai_agents_app',
  'GRANT SELECT, INSERT, UPDATE ON ai_agents.tokens, ai_agents.reviews, ai_agents.jobs TO ai_agents_app',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ai_agents.credentials, ai_agents.repositories TO ai_agents_app',
  'GRANT SELECT, INSERT, DELETE ON ai_agents.reports, ai_agents.verdicts, ai_agents.idempotency_keys TO ai_agents_app',
  'GRANT SELECT ON ai_agents.kysely_migration TO ai_agents_app',

  // Holds the review's row while it counts, so that numbers come without holes and in the order in which they become visible:
  // whoever resumes after 5 has not missed a 4 that was slower. How far a review is, is no news once it has ended: a run that was
  // taken for dead may still say so.
  `CREATE FUNCTION ai_agents.add_event(p_review uuid, p_kind text, p_done integer, p_of integer, p_note text) RETURNS void LANGUAGE plpgsql AS $$
   DECLARE
     now_is text;
   BEGIN
     SELECT state INTO now_is FROM ai_agents.reviews WHERE id = p_review FOR NO KEY UPDATE;
     IF NOT FOUND THEN RAISE foreign_key_violation USING MESSAGE = 'there is no such review'; END IF;
     IF p_kind IN ('cloning', 'reading', 'judging') AND now_is <> 'running' THEN RETURN; END IF;
     INSERT INTO ai_agents.events (review_id, seq, tenant_id, kind, done, "of", note)
       SELECT p_review, 1 + coalesce(max(seq), 0), ai_agents.tenant(), p_kind, p_done, p_of, p_note FROM ai_agents.events WHERE review_id = p_review;
     PERFORM pg_notify('ai_agents_events', p_review::text);
   END $$`,

  // What follows works over all tenants, with the owner's rights, and therefore does one narrow thing each.

  // The lock makes takers queue up, so that two cannot both see the last free place of a tenant. Statements of a volatile function see
  // what was committed before each of them starts, so the choice sees what the taker before committed. Between tenants: who has fewest
  // running, then who waited longest; within one: persons before webhooks, then order of arrival. No job is told to wait for an hour: one
  // that seems to be was written before the clock was set back.
  `CREATE FUNCTION ai_agents.take_job(p_names text[], p_worker uuid, p_lease_seconds double precision, p_tenant_limit integer) RETURNS SETOF ai_agents.jobs
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
   DECLARE
     taken jobs;
   BEGIN
     PERFORM pg_advisory_xact_lock(6811043273);
     SELECT next.* INTO taken
       FROM tenants
       CROSS JOIN LATERAL (SELECT count(*) AS number FROM jobs WHERE tenant_id = tenants.id AND state = 'running') AS running
       CROSS JOIN LATERAL (
         SELECT * FROM jobs
           WHERE tenant_id = tenants.id AND state = 'queued' AND name = ANY (p_names)
             AND (run_at <= clock_timestamp() OR run_at > clock_timestamp() + interval '1 hour')
           ORDER BY priority, seq LIMIT 1
           FOR UPDATE SKIP LOCKED
       ) AS next
       WHERE running.number < coalesce(tenants.max_running, p_tenant_limit)
       ORDER BY running.number, tenants.served_at, next.seq
       LIMIT 1;
     IF taken.id IS NULL THEN RETURN; END IF;
     UPDATE tenants SET served_at = clock_timestamp() WHERE id = taken.tenant_id;
     RETURN QUERY UPDATE jobs
       SET state = 'running', attempts = attempts + 1, worker = p_worker, lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
       WHERE id = taken.id
       RETURNING *;
   END $$`,

  // A job that is not in the answer is not this worker's any more. Only what the worker names is renewed: of a job that it was given by
  // an answer which never arrived it knows nothing.
  `CREATE FUNCTION ai_agents.renew_leases(p_worker uuid, p_jobs uuid[], p_lease_seconds double precision) RETURNS TABLE (id uuid, attempts integer, cancelled boolean)
     LANGUAGE sql SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     UPDATE jobs SET lease_until = clock_timestamp() + make_interval(secs => p_lease_seconds)
       WHERE jobs.id = ANY (p_jobs) AND worker = p_worker AND state = 'running'
       RETURNING jobs.id, jobs.attempts, jobs.cancel_requested_at IS NOT NULL
   $$`,

  `CREATE FUNCTION ai_agents.cancelled_jobs(p_worker uuid) RETURNS SETOF uuid
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     SELECT id FROM jobs WHERE worker = p_worker AND state = 'running' AND cancel_requested_at IS NOT NULL
   $$`,

  // No lease is as long as two hours either.
  `CREATE FUNCTION ai_agents.lost_jobs(p_names text[]) RETURNS SETOF ai_agents.jobs
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     SELECT * FROM jobs WHERE state = 'running' AND name = ANY (p_names)
       AND (lease_until < clock_timestamp() OR lease_until > clock_timestamp() + interval '2 hours')
   $$`,

  `CREATE FUNCTION ai_agents.job_depth() RETURNS TABLE (name text, state text, count integer, oldest_due_seconds double precision)
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     SELECT jobs.name, jobs.state, count(*)::integer,
            coalesce(extract(epoch FROM clock_timestamp() - min(run_at) FILTER (WHERE run_at <= clock_timestamp())), 0)::double precision
       FROM jobs WHERE jobs.state IN ('queued', 'running') GROUP BY 1, 2
   $$`,

  // Who presents a token has no tenant yet. The last use is kept to the minute, so that reading does not write each time.
  `CREATE FUNCTION ai_agents.use_token(p_hash bytea) RETURNS TABLE (id uuid, tenant_id uuid, name text, scopes text[])
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
   BEGIN
     UPDATE tokens SET last_used_at = now()
       WHERE hash = p_hash AND (tokens.last_used_at IS NULL OR tokens.last_used_at < now() - interval '1 minute')
         AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());
     RETURN QUERY SELECT tokens.id, tokens.tenant_id, tokens.name, tokens.scopes FROM tokens
       WHERE hash = p_hash AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now());
   END $$`,

  ...[
    'take_job(text[], uuid, double precision, integer)',
    'renew_leases(uuid, uuid[], double precision)',
    'cancelled_jobs(uuid)',
    'lost_jobs(text[])',
    'job_depth()',
    'use_token(bytea)',
  ].flatMap((signature) => [`REVOKE ALL ON FUNCTION ai_agents.${signature} FROM PUBLIC`, `GRANT EXECUTE ON FUNCTION ai_agents.${signature} TO ai_agents_app`]),
];

export const tenantsReviewsJobs: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of up) await sql.raw(statement).execute(db);
  },
};
