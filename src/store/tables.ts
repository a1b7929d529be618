import type { ColumnType, Generated, GeneratedAlways, JSONColumnType } from 'kysely';

/**
 * The tables, as queries see them; the migrations make them.
 * Every row belongs to a tenant: row-level security hides the others' rows, and a query outside `asTenant` sees none.
 * All times are the database's (`now()`), never this process's.
 */
export interface Tables {
  tenants: TenantTable;
  tokens: TokenTable;
  credentials: CredentialTable;
  repositories: RepositoryTable;
  stories: StoryTable;
  reviews: ReviewTable;
  reports: ReportTable;
  verdicts: VerdictTable;
  events: EventTable;
  jobs: JobTable;
  idempotency_keys: IdempotencyKeyTable;
}

type CreatedAt = ColumnType<Date, never, never>;
type Time = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;

export interface TenantTable {
  id: Generated<string>;
  name: string;
  /** jobs of this tenant that run at one time, over all workers; null for what the workers are configured with */
  max_running: number | null;
  /** when a job of this tenant was last taken: among equals, who waited longest is next */
  served_at: ColumnType<Date, never, Date>;
  created_at: CreatedAt;
}

export interface TokenTable {
  id: Generated<string>;
  tenant_id: string;
  name: string;
  /** SHA-256 of the token; the token itself is shown once and kept nowhere */
  hash: Uint8Array;
  scopes: ('read' | 'write' | 'admin')[];
  expires_at: Time;
  last_used_at: Time;
  revoked_at: Time;
  created_at: CreatedAt;
}

export interface CredentialTable {
  id: Generated<string>;
  tenant_id: string;
  /** the host that it is for, e.g. `git.example.com` */
  host: string;
  /** which key encrypted it, so that keys can be rotated */
  key_id: string;
  /** nonce, ciphertext and tag of AES-256-GCM */
  sealed: Uint8Array;
  created_at: CreatedAt;
}

export interface RepositoryTable {
  id: Generated<string>;
  tenant_id: string;
  url: string;
  created_at: CreatedAt;
}

/** One story of a repository, over all its commits. */
export interface StoryTable {
  id: Generated<string>;
  tenant_id: string;
  repository_id: string;
  paths: string[];
  title: string;
  created_at: CreatedAt;
}

/** `failed` is a named failure; the others speak for themselves. */
export type ReviewState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
export type ReviewOutcome = 'APPROVE' | 'CHANGES REQUESTED' | 'BLOCKED';

export interface ReviewTable {
  id: Generated<string>;
  tenant_id: string;
  repository_id: string;
  /** as it was asked for: a branch, a tag or a commit */
  ref: string;
  /** what `ref` was when the review started; it never changes after that */
  commit: string | null;
  stories: string[];
  manifests: string[];
  /** SHA-256 over stories, manifests and this program's version: what two reviews of one commit share when they must say the same */
  subject: string;
  story_id: string | null;
  state: Generated<ReviewState>;
  outcome: ReviewOutcome | null;
  /** whether this is the one review of its commit and subject; a unique index lets only one say so */
  holds: Generated<boolean>;
  /** the finished review of the same commit and subject whose report is this one's */
  same_as: string | null;
  failure_code: string | null;
  failure: string | null;
  failure_hint: string | null;
  requested_by: string | null;
  /** the HTTP request that asked, for log lines */
  request_id: string | null;
  created_at: CreatedAt;
  started_at: Time;
  finished_at: Time;
}

export interface ReportTable {
  review_id: string;
  tenant_id: string;
  /** `json`, and whatever else was rendered when the review ended */
  format: string;
  body: string;
}

export interface VerdictTable {
  review_id: string;
  tenant_id: string;
  story_id: string;
  /** AC1, T2.3 … */
  claim_id: string;
  /** order in the story */
  position: number;
  kind: string;
  text: string;
  ticked: boolean | null;
  verdict: string;
  because: string;
}

export type EventKind = 'queued' | 'cloning' | 'reading' | 'judging' | 'done' | 'failed' | 'cancelled' | 'retrying';

export interface EventTable {
  review_id: string;
  /** 1, 2, 3 … without holes within a review: the id that a stream resumes from */
  seq: number;
  tenant_id: string;
  kind: EventKind;
  /** for `judging`: n of m */
  done: number | null;
  of: number | null;
  note: string | null;
  at: CreatedAt;
}

export type JobState = 'queued' | 'running' | 'done' | 'dead' | 'cancelled';

export interface JobTable {
  /** of a review's job: the review's id */
  id: Generated<string>;
  tenant_id: string;
  name: string;
  input: JSONColumnType<object, string, never>;
  state: Generated<JobState>;
  /** lower is sooner: 10 a person, 20 a webhook */
  priority: number;
  /** not before this */
  run_at: ColumnType<Date, Date | string | undefined, Date | string>;
  /** starts so far, counted before the start; with `worker` it names one run, so an old run cannot end a new one */
  attempts: Generated<number>;
  max_attempts: Generated<number>;
  worker: string | null;
  lease_until: Time;
  cancel_requested_at: Time;
  /** why it failed last; of a dead job: why it is dead */
  reason_code: string | null;
  reason: string | null;
  /** W3C trace context of the request that it is for */
  traceparent: string | null;
  /** order of arrival */
  seq: GeneratedAlways<number>;
  created_at: CreatedAt;
  finished_at: Time;
}

export interface IdempotencyKeyTable {
  tenant_id: string;
  key: string;
  /** SHA-256 of what was asked under this key */
  request_hash: string;
  review_id: string;
  created_at: CreatedAt;
}
