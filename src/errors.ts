/**
 * Every error a user can meet. A `Problem` is one sentence with a code, and a hint that says what to do;
 * anything else that is thrown is a bug and keeps its stack. `docs/errors.md` lists them (compared in CI).
 */
export class Problem extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: string, message: string, options: { hint: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Problem';
    this.code = code;
    this.hint = options.hint;
  }
}

/** What could not be read, and where: it fails only what needed this file. */
export interface FileProblem {
  path: string;
  /** 1-based; undefined when the whole file is meant */
  line?: number;
  problem: Problem;
}

/** The first line of what an error says; of several at once (an address of each kind was tried), the first one's. */
function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return reason(cause.errors[0]);
  return cause instanceof Error ? cause.message.split('\n', 1)[0]! : String(cause);
}

// --- the checkout ---
export const notARepository = (dir: string) =>
  new Problem('NOT_A_REPOSITORY', `${dir} is not in a git repository`, { hint: 'Name one with --repo DIR, or run `git init` there.' });
export const unknownRef = (ref: string, cause?: unknown) =>
  new Problem('UNKNOWN_REF', `the repository has no commit named ${ref}`, { hint: 'See `git branch -a` and `git tag`, or fetch it first.', cause });
export const gitFailed = (what: string, cause: unknown) =>
  new Problem('GIT_FAILED', `git could not ${what}: ${reason(cause)}`, { hint: 'Run git there to see the same failure.', cause });
export const gitMissing = (cause: unknown) => new Problem('GIT_MISSING', 'git was not found', { hint: 'Install git 2.22 or later, or put it on PATH.', cause });
export const noWorkTree = (dir: string) =>
  new Problem('NO_WORK_TREE', `${dir} is a bare repository: it has no files to review`, { hint: 'Name a commit with --ref REF.' });
export const fileNotFound = (path: string) =>
  new Problem('FILE_NOT_FOUND', `${path} is not in the files under review`, {
    hint: 'Check the path; it is relative to the repository, and files that git ignores do not count.',
  });
export const fileUnreadable = (path: string, cause: unknown) =>
  new Problem('FILE_UNREADABLE', `${path} could not be read: ${reason(cause)}`, { hint: 'Check its permissions.', cause });
export const fileTooLarge = (path: string, bytes: number, limit: number) =>
  new Problem('FILE_TOO_LARGE', `${path} has ${bytes} bytes, more than the ${limit} that are read of one file`, {
    hint: 'Exclude it with --manifests, or split it.',
  });
export const folderTooLarge = (dir: string, limit: number) =>
  new Problem('FOLDER_TOO_LARGE', `${dir} holds more than ${limit} files and is in no git repository that would say which of them count`, {
    hint: 'Name the folder of the manifests.',
  });
export const inputTooLarge = (limit: number) =>
  new Problem('INPUT_TOO_LARGE', `standard input has more than the ${limit} bytes that are read of it`, { hint: 'Write it to files and name their folder.' });
export const readLimit = (path: string, limit: number) =>
  new Problem('READ_LIMIT', `${path} was not read: the files before it came to the ${limit} bytes that one review reads`, {
    hint: 'Narrow what is reviewed with --manifests.',
  });
export const objectMissing = (path: string) =>
  new Problem('OBJECT_MISSING', `${path} is named by the commit, but its content is not in this clone`, {
    hint: 'Clone without --filter, or fetch the missing objects first.',
  });
export const fileNotText = (path: string) =>
  new Problem('FILE_NOT_TEXT', `${path} is not text: it holds a NUL byte or is not UTF-8`, { hint: 'Save it as UTF-8, or remove it from what is reviewed.' });
export const pathOutside = (path: string) =>
  new Problem('PATH_OUTSIDE', `${path} leads out of the repository and is not followed`, { hint: 'Replace the link by the file itself.' });

// --- the story ---
export const storyMissing = () => new Problem('STORY_MISSING', 'no story was named', { hint: 'Name the story file: ai-agents review docs/stories/1-6.md' });
export const storyEmpty = (path: string) =>
  new Problem('STORY_EMPTY', `${path} has no acceptance criterion, task or checkbox to review`, {
    hint: 'A claim is a numbered criterion, a Given/When/Then or a `- [ ]` box.',
  });
export const storyTooLarge = (path: string, limit: number, what: string) =>
  new Problem('STORY_TOO_LARGE', `${path} has more than the ${limit} ${what} that one review takes`, { hint: 'Split the story.' });

// --- manifests ---
export const manifestsMissing = (where: string) =>
  new Problem('MANIFESTS_MISSING', `no Kubernetes manifest was found in ${where}`, {
    hint: 'Name their folder with --manifests PATH; Helm templates and kustomize patches alone do not count.',
  });
export const yamlBroken = (path: string, line: number, cause: unknown) =>
  new Problem('YAML_BROKEN', `${path}:${line} is not YAML: ${reason(cause)}`, { hint: 'Repair this line; the other files were read.', cause });
export const yamlTooDeep = (path: string, what: string) =>
  new Problem('YAML_BOUNDS', `${path} ${what}`, { hint: 'Write the values out instead of nesting or repeating them.' });

// --- repositories that are cloned ---
export const fileLeftOut = (path: string, limit: number) =>
  new Problem('FILE_TOO_LARGE', `${path} has more than the ${limit} bytes that are read of one file`, {
    hint: 'Exclude it with --manifests, or split it.',
  });
export const repositoryUnclear = (why: string) =>
  new Problem('REPOSITORY_UNCLEAR', `the repository's address cannot be used: ${why}`, {
    hint: 'Write https://host/path, ssh://git@host/path or git@host:path.',
  });
export const repositoryRefused = (address: string, why: string) =>
  new Problem('REPOSITORY_REFUSED', `${address} is not cloned: ${why}`, { hint: 'An operator allows hosts with AI_AGENTS_GIT_HOSTS.' });
export const cloneFailed = (address: string, why: string) =>
  new Problem('CLONE_FAILED', `${address} could not be cloned: ${why}`, { hint: "Check the address, the host and this tenant's credential for it." });
export const cloneTimedOut = (address: string, seconds: number) =>
  new Problem('CLONE_TIMED_OUT', `${address} was not cloned within ${seconds} s`, { hint: 'Retry; a host that stays this slow cannot be reviewed from.' });
export const cloneTooLarge = (address: string, what: string, limit: string) =>
  new Problem('CLONE_TOO_LARGE', `${address} ${what}, more than the ${limit} that one review takes`, {
    hint: 'Review a smaller repository, or the part that deploys.',
  });
export const credentialSealed = (why: string) =>
  new Problem('CREDENTIAL_SEALED', `a stored credential cannot be opened: ${why}`, {
    hint: 'Put its key back into AI_AGENTS_CREDENTIALS_OLD_KEYS, or store the credential anew.',
  });

export const credentialsOff = () =>
  new Problem('CREDENTIALS_OFF', 'no credential can be stored: there is no key to seal it with', {
    hint: 'An operator sets AI_AGENTS_CREDENTIALS_KEY, the same on all processes.',
  });

export const dataFolderInUse = (folder: string, pid: number) =>
  new Problem('DATA_FOLDER_IN_USE', `${folder} is in use by process ${pid}`, {
    hint: 'Stop that `ai-agents serve` first, or name another folder with --data.',
  });

export const dataFolderUnusable = (folder: string, cause: unknown) =>
  new Problem('DATA_FOLDER_UNUSABLE', `${folder} cannot be used as a data folder: ${reason(cause)}`, {
    hint: 'Name a folder that can be written to with --data.',
    cause,
  });

export const listenFailed = (host: string, port: number, cause: unknown) =>
  new Problem('LISTEN_FAILED', `nothing can listen at ${host}, port ${port}: ${reason(cause)}`, {
    hint: 'Name another place with --host and --port, or stop what is there already.',
    cause,
  });

// --- the API ---
export const requestInvalid = (what: string, cause?: unknown) =>
  new Problem('REQUEST_INVALID', `the request is not valid: ${what}`, { hint: 'See /docs for what this operation takes.', cause });
export const unauthenticated = (why: string) =>
  new Problem('UNAUTHENTICATED', `this needs a token: ${why}`, { hint: 'Send `Authorization: Bearer TOKEN`; `ai-agents token create` makes one.' });
export const mediaUnsupported = () =>
  new Problem('MEDIA_UNSUPPORTED', 'the body is of a type that is not taken', { hint: 'Send JSON, with `Content-Type: application/json`.' });
export const scopeMissing = (scope: string) =>
  new Problem('SCOPE_MISSING', `this needs a token with the scope ${scope}`, { hint: 'Ask an administrator of the tenant for one.' });
export const notFound = (what: string, id: string, hint = 'It may belong to another tenant: a token sees its own only.') =>
  new Problem('NOT_FOUND', `there is no ${what} ${JSON.stringify(id)}`, { hint });
export const stateConflict = (what: string, hint: string) => new Problem('STATE_CONFLICT', what, { hint });
export const idempotencyReused = () =>
  new Problem('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came before with another request', { hint: 'Send a new key with a new request.' });
export const rateLimited = (seconds: number) =>
  new Problem('RATE_LIMITED', `too many requests; the next is taken in ${seconds} s`, { hint: 'Wait as long as Retry-After says.' });
export const overloaded = (why: string) => new Problem('UNAVAILABLE', why, { hint: 'Try again in a moment; /health/ready says what is missing.' });

// --- the cluster ---
export const contextMissing = () =>
  new Problem('CONTEXT_MISSING', 'no cluster was named', { hint: 'Name one with --context NAME; the current context is never taken.' });
export const contextUnknown = (context: string, known: readonly string[]) =>
  new Problem('CONTEXT_UNKNOWN', `the kubeconfig has no context named ${context}`, {
    hint: known.length > 0 ? `It has: ${known.join(', ')}.` : 'It has no context at all; name another file with --kubeconfig FILE.',
  });
export const kubeconfigUnreadable = (path: string, cause: unknown) =>
  new Problem('KUBECONFIG_UNREADABLE', `${path} could not be read as a kubeconfig: ${reason(cause)}`, { hint: 'Name another with --kubeconfig FILE.', cause });
export const clusterUnreachable = (address: string, cause: unknown) =>
  new Problem('CLUSTER_UNREACHABLE', `the API server at ${address} does not answer: ${reason(cause)}`, {
    hint: 'Check that it runs and that this machine can reach it.',
    cause,
  });
export const clusterRefused = (cause: unknown) =>
  new Problem('CLUSTER_REFUSED', `the API server refused what the proof itself needs: ${reason(cause)}`, {
    hint: 'Take what refuses it out of the way, or name another cluster; it has to be Kubernetes 1.27 or later.',
    cause,
  });
export const credentialsExpired = (context: string) =>
  new Problem('CREDENTIALS_EXPIRED', `the cluster does not accept the credentials of context ${context}`, { hint: 'Log in again, then repeat the command.' });
export const accessMissing = (context: string, missing: readonly string[]) =>
  new Problem('ACCESS_MISSING', `context ${context} may not: ${missing.join('; ')}`, {
    hint: 'Nothing was created. Ask for these permissions, or name a context that has them.',
  });
export const namespaceForeign = (name: string) =>
  new Problem('NAMESPACE_FOREIGN', `namespace ${name} exists and was not made by ai-agents`, { hint: 'Name another, or none to get a fresh one.' });
export const namespaceBusy = (name: string, holder: string) =>
  new Problem('NAMESPACE_BUSY', `namespace ${name} is in use by another proof (${holder})`, { hint: 'Wait until it ends, or name another namespace.' });
export const namespaceTerminating = (name: string) =>
  new Problem('NAMESPACE_TERMINATING', `namespace ${name} is being deleted and does not go away`, {
    hint: 'Run `ai-agents verify --clean` to see and remove what holds it.',
  });
export const manifestsAmbiguous = (object: string, first: string, second: string) =>
  new Problem('MANIFESTS_AMBIGUOUS', `${object} is defined twice, in ${first} and in ${second}`, {
    hint: 'Name the files or the folder of one deployment.',
  });
export const secretsUnfit = (what: string) =>
  new Problem('SECRETS_UNFIT', what, {
    hint: '--secrets FILE takes Secrets as YAML: `kubectl create secret generic NAME --from-env-file=FILE --dry-run=client -o yaml` writes one.',
  });
export const nothingToApply = () =>
  new Problem('NOTHING_TO_APPLY', 'the manifests hold no object that may be applied', {
    hint: 'Name files with Kubernetes objects; cluster-scoped ones need --allow-cluster-scoped.',
  });
export const probeNotStarted = (image: string, why: string) =>
  new Problem('PROBE_NOT_STARTED', `a probe pod with image ${image} did not start: ${why}`, {
    hint: 'Name an image that the cluster can pull and that has sh, nc, wget and nslookup with --probe-image.',
  });
export const checkFailed = (what: string, cause: unknown) =>
  new Problem('CHECK_FAILED', `it could not be looked at whether ${what}: ${reason(cause)}`, { hint: 'Run the proof again.', cause });
export const proofUnreadable = (path: string, cause: unknown) =>
  new Problem('PROOF_UNREADABLE', `${path} is no proof that can be relied on: ${reason(cause)}`, {
    hint: 'Make it anew with `ai-agents verify --format json --output FILE`.',
    cause,
  });
export const interrupted = () =>
  new Problem('INTERRUPTED', 'the run was interrupted before it had an answer', { hint: 'Run `ai-agents verify --clean` if something was left.' });

// --- the platform ---
export const configInvalid = (mistakes: readonly string[]) =>
  new Problem(
    'CONFIG_INVALID',
    `the configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:${mistakes.map((mistake) => `\n  ${mistake}`).join('')}`,
    {
      hint: 'All settings are in docs/configuration.md.',
    },
  );
export const databaseUnusable = (why: unknown, cause?: unknown) =>
  new Problem('DATABASE_UNUSABLE', `the database cannot be used: ${reason(why)}`, {
    hint: 'Check AI_AGENTS_DATABASE_URL (`migrate`: AI_AGENTS_DATABASE_OWNER_URL), and what its login may do.',
    cause,
  });
export const schemaOutdated = (why: string) =>
  new Problem('SCHEMA_OUTDATED', `the database is at another version than this program: ${why}`, { hint: 'Run `ai-agents migrate` of the newer version.' });
export const migrationFailed = (cause: unknown) =>
  new Problem('MIGRATION_FAILED', `the database could not be brought to this version: ${reason(cause)}`, {
    hint: 'Nothing was changed; check that AI_AGENTS_DATABASE_OWNER_URL may create schemas and roles.',
    cause,
  });
export const reviewCrashed = (how: string) =>
  new Problem('REVIEW_CRASHED', `the process of the review ended before the review did: ${how}`, {
    hint: 'It may need more memory: see AI_AGENTS_REVIEW_MEMORY.',
  });
export const reviewTimeout = (seconds: number) =>
  new Problem('REVIEW_TIMEOUT', `the review took longer than ${seconds} s`, { hint: 'Name the manifests to look at, or raise AI_AGENTS_REVIEW_TIMEOUT.' });
export const workerLost = (attempts: number) =>
  new Problem('WORKER_LOST', `the worker died or fell silent in each of ${attempts} attempts`, {
    hint: "Something in this job may kill its worker: look at the workers' logs and memory, then retry it.",
  });
export const jobFailed = (cause: unknown) =>
  new Problem('JOB_FAILED', `the job failed: ${reason(cause)}`, { hint: "This is a bug; the worker's log has the stack.", cause });

// --- scripts, Dockerfiles and program code ---
export const scriptBroken = (path: string, line: number, cause: unknown) =>
  new Problem('SCRIPT_BROKEN', `${path}:${line} is not Bash or POSIX shell: ${reason(cause)}`, { hint: 'See the same failure with `bash -n`.', cause });
export const dockerfileBroken = (path: string) =>
  new Problem('DOCKERFILE_BROKEN', `${path} has no FROM instruction, so it is no Dockerfile`, {
    hint: 'Every Dockerfile begins with FROM; only comments and ARG may stand before it.',
  });

// --- the evidence ---
export const evidenceChanged = (path: string) =>
  new Problem('EVIDENCE_CHANGED', `${path} changed while it was reviewed`, {
    hint: 'Review again when nothing writes to the files, or name a commit with --ref.',
  });

// --- the command line ---
export const nodeTooOld = (version: string) =>
  new Problem('NODE_TOO_OLD', `ai-agents needs Node.js 22.18 or later, and this is ${version}`, { hint: 'Install a newer one: https://nodejs.org' });

// --- explain ---
export const claimMissing = (place: string, nearest: string) => new Problem('CLAIM_MISSING', `${place} is no criterion, task or checkbox`, { hint: nearest });
export const ruleUnknown = (id: string, nearest: string | undefined) =>
  new Problem('RULE_UNKNOWN', `there is no rule ${id}`, {
    hint: nearest ? `Did you mean ${nearest}?` : 'A claim is named by its place, STORY:LINE; docs/rules lists the rules.',
  });

// --- the output ---
export const outputFailed = (path: string, cause: unknown) =>
  new Problem('OUTPUT_FAILED', `the report could not be written to ${path}: ${reason(cause)}`, {
    hint: 'Nothing was replaced; check the folder and its permissions.',
    cause,
  });
export const usage = (message: string, hint = 'See ai-agents --help.') => new Problem('USAGE', message, { hint });
