import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const up = [
  'CREATE INDEX reviews_finished ON ai_agents.reviews (finished_at) WHERE finished_at IS NOT NULL',

  // For metrics: over all tenants, with the owner's rights, and therefore numbers only. A stage lasts until the next event of another kind.
  `CREATE FUNCTION ai_agents.review_totals() RETURNS json
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     WITH ended AS (SELECT id, state, outcome FROM reviews WHERE finished_at > now() - interval '1 day'),
     starts AS (
       SELECT review_id, kind, min(at) AS at FROM events WHERE review_id IN (SELECT id FROM ended) GROUP BY review_id, kind
     ),
     spans AS (
       SELECT kind, extract(epoch FROM lead(at) OVER (PARTITION BY review_id ORDER BY at) - at)::double precision AS seconds FROM starts
     )
     SELECT json_build_object(
       'reviews', (SELECT coalesce(json_agg(one), '[]') FROM (SELECT state, outcome, count(*)::integer AS count FROM ended GROUP BY 1, 2) AS one),
       'verdicts', (SELECT coalesce(json_agg(one), '[]') FROM (
         SELECT verdict, count(*)::integer AS count FROM verdicts WHERE review_id IN (SELECT id FROM ended) GROUP BY 1
       ) AS one),
       'stages', (SELECT coalesce(json_agg(one), '[]') FROM (
         SELECT kind AS stage, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) AS p95
           FROM spans WHERE seconds IS NOT NULL AND kind IN ('queued', 'cloning', 'reading', 'judging') GROUP BY 1
       ) AS one)
     )
   $$`,
  'REVOKE ALL ON FUNCTION ai_agents.review_totals() FROM PUBLIC',
  'GRANT EXECUTE ON FUNCTION ai_agents.review_totals() TO ai_agents_app',
];

export const reviewTotals: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of up) await sql.raw(statement).execute(db);
  },
};
