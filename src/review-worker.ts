import type { Config } from './config.ts';
import { fetchRepository, type RepositoryDeps } from './repositories/open-repository.ts';
import { type ReviewJobDeps, reviewJob } from './review/job.ts';
import type { ReviewProcesses } from './review/review-processes.ts';
import { startWorker, type Worker, type WorkerOptions } from './worker/worker.ts';

type Settings = Pick<Config, 'reviewTimeout' | 'workerConcurrency' | 'tenantLimit' | 'workerLease'>;
type Parts = Omit<WorkerOptions<ReviewJobDeps>, 'jobs' | 'deps' | 'concurrency' | 'tenantLimit' | 'leaseSeconds'> & {
  readonly repositories: RepositoryDeps;
  readonly processes: ReviewProcesses;
};

/** The worker that reviews, with its settings: the same in a process of its own and in `serve`. */
export const startReviewWorker = (config: Settings, { repositories, processes, ...options }: Parts): Worker =>
  startWorker({
    ...options,
    jobs: [reviewJob],
    deps: { fetchRepository: (request, signal) => fetchRepository(request, repositories, signal), processes, timeoutSeconds: config.reviewTimeout },
    concurrency: config.workerConcurrency,
    tenantLimit: config.tenantLimit,
    leaseSeconds: config.workerLease,
  });
