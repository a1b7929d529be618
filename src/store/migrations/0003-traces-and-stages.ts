import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const up = [
  'ALTER TABLE ai_agents.jobs ADD COLUMN traceparent text',

  // How long the stages of reviews took, counted once and for good, so that a scraper sees counters that only grow whichever process it asks.
  // Without tenants, and therefore only for the functions below.
  `CREATE TABLE ai_agents.stage_times (
     stage text NOT NULL,
     le double precision NOT NULL,
     count bigint NOT NULL DEFAULT 0,
     seconds double precision NOT NULL DEFAULT 0,
     PRIMARY KEY (stage, le)
   )`,
  'ALTER TABLE ai_agents.stage_times ENABLE ROW LEVEL SECURITY',
  `INSERT INTO ai_agents.stage_times (stage, le)
     SELECT stage, le FROM unnest('{queued,cloning,reading,judging}'::text[]) AS stage,
       unnest('{0.1,0.25,0.5,1,2.5,5,10,30,60,120,300,600,Infinity}'::double precision[]) AS le`,

  // A stage lasts until the first event of the next one. In one order, so that two reviews that end together do not wait for each other.
  `CREATE FUNCTION ai_agents.note_stages(p_review uuid) RETURNS void
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
   DECLARE
     span record;
   BEGIN
     FOR span IN
       WITH starts AS (SELECT kind, min(at) AS at FROM events WHERE review_id = p_review AND tenant_id = tenant() GROUP BY kind),
       spans AS (SELECT kind, extract(epoch FROM lead(at) OVER (ORDER BY at) - at)::double precision AS seconds FROM starts)
       SELECT kind, seconds FROM spans WHERE seconds IS NOT NULL AND kind IN ('queued', 'cloning', 'reading', 'judging') ORDER BY kind
     LOOP
       UPDATE stage_times SET count = count + 1, seconds = stage_times.seconds + span.seconds
         WHERE stage = span.kind AND le = (SELECT min(bound.le) FROM stage_times AS bound WHERE bound.stage = span.kind AND bound.le >= span.seconds);
     END LOOP;
   END $$`,
  `CREATE FUNCTION ai_agents.stage_totals() RETURNS TABLE (stage text, le double precision, count double precision, seconds double precision)
     LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ai_agents, pg_temp AS $$
     SELECT stage, le, count::double precision, seconds FROM stage_times ORDER BY stage, le
   $$`,
  ...['note_stages(uuid)', 'stage_totals()'].flatMap((signature) => [
    `REVOKE ALL ON FUNCTION ai_agents.${signature} FROM PUBLIC`,
    `GRANT EXECUTE ON FUNCTION ai_agents.${signature} TO ai_agents_app`,
  ]),
];

export const tracesAndStages: Migration = {
  async up(db: Kysely<unknown>) {
    for (const statement of up) await sql.raw(statement).execute(db);
  },
};
