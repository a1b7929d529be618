import { sql } from 'kysely';
import type { Store } from './store.ts';
import type { ReviewOutcome, ReviewState } from './tables.ts';

export interface StoredRepository {
  readonly id: string;
  readonly url: string;
  readonly created_at: Date;
  readonly stories: readonly { id: string; title: string; paths: string[] }[];
  readonly latest: { id: string; state: ReviewState; outcome: ReviewOutcome | null; commit: string | null } | null;
}

/** Repositories that were ever reviewed, by URL, with their stories and the newest review of each. */
export async function listRepositories(
  store: Store,
  tenantId: string,
  page: { limit: number; after?: string | undefined },
): Promise<{ repositories: StoredRepository[]; next: string | undefined }> {
  const { rows } = await store.asTenant(tenantId, (tx) =>
    sql<StoredRepository>`
      SELECT repositories.id, repositories.url, repositories.created_at,
             coalesce((
               SELECT json_agg(json_build_object('id', stories.id, 'title', stories.title, 'paths', stories.paths) ORDER BY stories.paths)
                 FROM stories WHERE stories.tenant_id = ${tenantId} AND stories.repository_id = repositories.id
             ), '[]') AS stories,
             (
               SELECT json_build_object('id', reviews.id, 'state', reviews.state, 'outcome', reviews.outcome, 'commit', reviews.commit)
                 FROM reviews WHERE reviews.tenant_id = ${tenantId} AND reviews.repository_id = repositories.id
                 ORDER BY reviews.created_at DESC, reviews.id DESC LIMIT 1
             ) AS latest
        FROM repositories
        WHERE repositories.tenant_id = ${tenantId} AND repositories.url > ${page.after ?? ''}
        ORDER BY repositories.url
        LIMIT ${page.limit + 1}`.execute(tx),
  );
  const repositories = rows.slice(0, page.limit);
  return { repositories, next: rows.length > page.limit ? repositories.at(-1)?.url : undefined };
}
