import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { findCredential } from '../store/credentials.ts';
import type { Store } from '../store/store.ts';
import { defaultLimits } from './clone.ts';
import { ownerOf, type SealingKeys, sealingKeys, unseal } from './credentials.ts';
import { type AllowedHost, parseAllowedHost } from './location.ts';
import type { RepositoryDeps } from './open-repository.ts';

type Settings = Pick<Config, 'gitHosts' | 'credentialsKey' | 'credentialsOldKeys' | 'cacheFolder' | 'cacheMegabytes'>;

/** The allow list; the configuration has checked each entry. */
const allowedHosts = ({ gitHosts }: Pick<Config, 'gitHosts'>): AllowedHost[] => gitHosts.flatMap((entry) => parseAllowedHost(entry) ?? []);

/** The keys of stored credentials, the one that seals first; none when nothing is configured. */
export const configuredKeys = ({ credentialsKey, credentialsOldKeys }: Pick<Config, 'credentialsKey' | 'credentialsOldKeys'>): SealingKeys =>
  sealingKeys([...(credentialsKey === undefined ? [] : [credentialsKey]), ...credentialsOldKeys]);

/** What a process needs to fetch repositories as it is configured to. */
export function repositoryDeps(config: Settings, store: Store, allowLocal: boolean): RepositoryDeps {
  const keys = configuredKeys(config);
  return {
    cache: { folder: config.cacheFolder ?? join(tmpdir(), 'ai-agents-cache'), bytes: config.cacheMegabytes * 2 ** 20 },
    hosts: allowedHosts(config),
    limits: defaultLimits,
    allowLocal,
    async credentialFor(tenantId, host) {
      const sealed = await findCredential(store, tenantId, host);
      return sealed && unseal(sealed, ownerOf(tenantId, host), keys);
    },
  };
}
