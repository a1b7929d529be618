/**
 * A question that only a cluster answers, as plain data: it can be stored in a proof and asked of it again.
 * Objects are named as the manifests name them: `Deployment/api`.
 */
export type LiveCheck =
  | AppliesCheck
  | ReadyCheck
  | LiveFragmentCheck
  | ServiceAnswersCheck
  | EndpointsCheck
  | ResolvesCheck
  | CommandCheck
  | LogsCheck
  | AutoscalerCheck
  | DataSurvivesCheck
  | ShutdownCheck
  | RolloutCheck
  | TrafficCheck;

interface Asks {
  /** one line for people */
  readonly says: string;
}

/** The API server takes the object, or all of the manifests. */
export interface AppliesCheck extends Asks {
  readonly asks: 'applies';
  /** undefined for all */
  readonly object?: string;
}

/** The object, or all of them, became ready and stayed so. */
export interface ReadyCheck extends Asks {
  readonly asks: 'ready';
  readonly object?: string;
}

/** A piece of the live object is there, or is not; matched as a subset. */
export interface LiveFragmentCheck extends Asks {
  readonly asks: 'fragment';
  readonly mode: 'assert' | 'error';
  readonly object: string;
  readonly fragment: unknown;
}

/** A Service accepts connections on a port, or answers HTTP with a status and a text. */
export interface ServiceAnswersCheck extends Asks {
  readonly asks: 'answers';
  readonly service: string;
  /** undefined for the first port */
  readonly port?: number;
  /** for HTTP; only a connection is asked for when absent */
  readonly path?: string;
  /** absent: asked as a client in the cluster; else as whoever forwards a port to a pod behind it, whom no network policy concerns */
  readonly by?: 'port-forward';
  /** any below 400 when absent */
  readonly status?: number;
  /** a text that the body contains */
  readonly body?: string;
}

/** A Service has at least so many ready endpoints. */
export interface EndpointsCheck extends Asks {
  readonly asks: 'endpoints';
  readonly service: string;
  readonly atLeast: number;
}

/** A DNS name resolves inside the cluster. */
export interface ResolvesCheck extends Asks {
  readonly asks: 'resolves';
  readonly name: string;
}

/** A command in a workload's pod succeeds; only these two, which read. */
export interface CommandCheck extends Asks {
  readonly asks: 'command';
  readonly workload: string;
  readonly command: 'pg_isready' | 'redis-cli ping';
}

export interface LogsCheck extends Asks {
  readonly asks: 'logs';
  readonly workload: string;
  readonly contains: string;
}

/** An autoscaler sees a value for its metric; `reacts`: and asks for more pods when those that there are come under load. */
export interface AutoscalerCheck extends Asks {
  readonly asks: 'autoscaler';
  readonly autoscaler: string;
  readonly reacts?: true;
}

/** A file written to a workload's persistent volume is still there after its pod was deleted and came back. */
export interface DataSurvivesCheck extends Asks {
  readonly asks: 'data-survives';
  readonly workload: string;
}

/** A pod of the workload ends by itself when it is asked to, within its grace period or sooner. */
export interface ShutdownCheck extends Asks {
  readonly asks: 'shutdown';
  readonly workload: string;
  /** seconds, where fewer than the grace period are promised */
  readonly within?: number;
}

/** While a workload's pods are replaced as by a new version, every HTTP request to its Service is answered. */
export interface RolloutCheck extends Asks {
  readonly asks: 'rollout';
  readonly workload: string;
  readonly service: string;
  readonly port: number;
  readonly path: string;
}

/** Traffic from pods with a workload's labels to another workload's port, or out of the cluster, passes or is stopped. */
export interface TrafficCheck extends Asks {
  readonly asks: 'traffic';
  readonly from: string;
  /** a workload, or `host:port` outside */
  readonly to: string;
  readonly port: number;
  readonly allowed: boolean;
}

/** The field of a fact beside a traffic check whose outcome is not what the files' policies say; its value is what they say. */
export const DISAGREEMENT = 'the manifests say otherwise';
