import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { jobDepth } from '../../store/jobs.ts';
import { reviewTotals } from '../../store/metrics.ts';
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
  const stages = gauge('review_stage_seconds', 'Time that a stage took, of reviews that ended within the last day', ['stage', 'quantile']);

  app.get('/metrics', async (_, reply) => {
    const [depth, totals] = await Promise.all([jobDepth(store), reviewTotals(store)]);
    for (const one of [jobs, age, reviews, verdicts, stages]) one.reset();
    for (const { name, state, count, oldestDueSeconds } of depth) {
      jobs.set({ name, state }, count);
      if (state === 'queued') age.set({ name }, oldestDueSeconds);
    }
    for (const { state, outcome, count } of totals.reviews) reviews.set({ state, outcome: outcome ?? '' }, count);
    for (const { verdict, count } of totals.verdicts) verdicts.set({ verdict }, count);
    for (const { stage, p50, p95 } of totals.stages) {
      stages.set({ stage, quantile: '0.5' }, p50);
      stages.set({ stage, quantile: '0.95' }, p95);
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
