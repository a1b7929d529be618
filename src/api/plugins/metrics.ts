import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { jobDepth } from '../../store/jobs.ts';
import { reviewTotals, type StageBucket, stageTotals } from '../../store/metrics.ts';
import type { Store } from '../../store/store.ts';

/** `/metrics` in Prometheus's text form. What is of the whole platform comes from the database, so every process says the same: aggregate with `max`, not `sum`. */
export function addMetrics(app: FastifyInstance, store: Store): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer, by operation and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'; // the pattern: paths hold ids, and each would be a series
    if (!route.endsWith('/events')) requests.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name: `ai_agents_${name}`, help, labelNames, registers: [registry] });
  const jobs = gauge('jobs', 'Jobs by name and state (queued, running)', ['name', 'state']);
  const age = gauge('queue_age_seconds', 'How long the oldest job that is due has waited', ['name']);
  const reviews = gauge('reviews', 'Reviews that ended within the last day, by state and outcome', ['state', 'outcome']);
  const verdicts = gauge('verdicts', 'Verdicts of reviews that ended within the last day, by kind', ['verdict']);
  app.get('/metrics', async (_, reply) => {
    const [depth, totals, stages] = await Promise.all([jobDepth(store), reviewTotals(store), stageTotals(store)]);
    for (const one of [jobs, age, reviews, verdicts]) one.reset();
    for (const { name, state, count, oldestDueSeconds } of depth) {
      jobs.set({ name, state }, count);
      if (state === 'queued') age.set({ name }, oldestDueSeconds);
    }
    for (const { state, outcome, count } of totals.reviews) reviews.set({ state, outcome: outcome ?? '' }, count);
    for (const { verdict, count } of totals.verdicts) verdicts.set({ verdict }, count);
    return reply.type(registry.contentType).send((await registry.metrics()) + stageHistogram(stages));
  });
}

/** What the database has counted, as a histogram; prom-client's own hold only what this process saw. */
function stageHistogram(buckets: readonly StageBucket[]): string {
  const name = 'ai_agents_review_stage_seconds';
  const samples = [...Map.groupBy(buckets, ({ stage }) => stage)].flatMap(([stage, ofStage]) => {
    let count = 0; // a bucket holds what is in those before it too
    const cumulative = ofStage.map((bucket) => {
      count += bucket.count;
      return `${name}_bucket{stage="${stage}",le="${bucket.le === Number.POSITIVE_INFINITY ? '+Inf' : bucket.le}"} ${count}`;
    });
    const seconds = ofStage.reduce((sum, bucket) => sum + bucket.seconds, 0);
    return [...cumulative, `${name}_sum{stage="${stage}"} ${seconds}`, `${name}_count{stage="${stage}"} ${count}`];
  });
  return [`# HELP ${name} Time that a stage of a review took, of all reviews since the database was made`, `# TYPE ${name} histogram`, ...samples, ''].join(
    '\n',
  );
}
