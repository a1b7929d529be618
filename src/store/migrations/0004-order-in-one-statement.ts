import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const up = [
  // What is asked for most often is one statement and so one round trip; as one statement it happens as a whole or not at all. It has the rights of
  // whoever calls, and gives those up for the role that is held by row-level security before it touches a row; both settings end with the statement.
  // No row is returned when the key came before with another order. Nobody can be listening for the event: the review's id is not known yet.
  `CREATE FUNCTION ai_agents.order_review(p_tenant uuid, p_order jsonb) RETURNS TABLE (review uuid, fresh boolean)
     LANGUAGE plpgsql SET search_path = ai_agents, pg_temp AS $$
   DECLARE
     wanted record;
     known record;
     repository uuid;
   BEGIN
     PERFORM set_config('role', 'ai_agents_app', true), set_config('app.tenant', p_tenant::text, true);
     SELECT * INTO wanted FROM jsonb_to_record(p_order) AS one (
       repository text, ref text, commit text, stories text[], manifests text[], subject text, priority smallint, attempts integer,
       "requestedBy" text, "requestId" text, traceparent text, "idempotencyKey" text, "requestHash" text
     );

     IF wanted."idempotencyKey" IS NOT NULL THEN
       -- Whoever comes with the same key waits here until the first one's transaction has ended.
       PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant || ' ' || wanted."idempotencyKey", 0));
       SELECT review_id, request_hash INTO known FROM idempotency_keys WHERE tenant_id = p_tenant AND key = wanted."idempotencyKey";
       IF FOUND THEN
         IF known.request_hash = wanted."requestHash" THEN RETURN QUERY SELECT known.review_id, false; END IF;
         RETURN;
       END IF;
     END IF;

     SELECT id INTO repository FROM repositories WHERE tenant_id = p_tenant AND url = wanted.repository;
     IF NOT FOUND THEN
       INSERT INTO repositories (tenant_id, url) VALUES (p_tenant, wanted.repository) ON CONFLICT DO NOTHING RETURNING id INTO repository;
       IF NOT FOUND THEN SELECT id INTO repository FROM repositories WHERE tenant_id = p_tenant AND url = wanted.repository; END IF;
     END IF;

     -- A loop, because the review in the way may have started, or failed, when we look for it.
     LOOP
       INSERT INTO reviews (tenant_id, repository_id, ref, commit, holds, stories, manifests, subject, requested_by, request_id)
         VALUES (p_tenant, repository, wanted.ref, wanted.commit, wanted.commit IS NOT NULL, wanted.stories, wanted.manifests, wanted.subject,
                 wanted."requestedBy", wanted."requestId")
         ON CONFLICT DO NOTHING RETURNING id INTO review;
       fresh := FOUND;
       IF fresh THEN
         INSERT INTO jobs (id, tenant_id, name, input, priority, max_attempts, traceparent)
           VALUES (review, p_tenant, 'review', jsonb_build_object('reviewId', review), wanted.priority, wanted.attempts, wanted.traceparent);
         INSERT INTO events (review_id, seq, tenant_id, kind) VALUES (review, 1, p_tenant, 'queued');
         EXIT;
       END IF;
       IF wanted.commit IS NULL THEN
         SELECT id INTO review FROM reviews WHERE repository_id = repository AND subject = wanted.subject AND ref = wanted.ref
           AND tenant_id = p_tenant AND commit IS NULL AND started_at IS NULL AND state = 'queued';
       ELSE
         SELECT id INTO review FROM reviews WHERE repository_id = repository AND subject = wanted.subject AND commit = wanted.commit
           AND tenant_id = p_tenant AND holds;
       END IF;
       IF FOUND THEN
         -- a person now waits for what a webhook had asked for
         UPDATE jobs SET priority = wanted.priority WHERE id = review AND state = 'queued' AND priority > wanted.priority;
         EXIT;
       END IF;
     END LOOP;

     IF wanted."idempotencyKey" IS NOT NULL THEN
       INSERT INTO idempotency_keys (tenant_id, key, request_hash, review_id) VALUES (p_tenant, wanted."idempotencyKey", wanted."requestHash", review);
     END IF;
     RETURN NEXT;
   END $$`,
  'REVOKE ALL ON FUNCTION ai_agents.order_review(uuid, jsonb) FROM PUBLIC',
  'GRANT EXECUTE ON FUNCTION ai_agents.order_review(uuid, jsonb) TO ai_agents_app',
];

export const orderInOneStatement: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of up) await sql.raw(statement).execute(db);
  },
};
