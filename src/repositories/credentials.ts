import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { credentialSealed } from '../errors.ts';

/** What a host asks for before it gives a repository. Stored sealed, one per tenant and host. */
export const Credential = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('https'), username: z.string().min(1).max(200), password: z.string().min(1).max(4000) }),
  z.object({
    kind: z.literal('ssh'),
    /** in OpenSSH's or PEM form, without a passphrase */
    privateKey: z.string().min(1).max(20_000),
    /** lines of a known_hosts file: the host's own keys, so that nobody else can pose as it */
    knownHosts: z.string().min(1).max(20_000),
  }),
]);
export type Credential = z.infer<typeof Credential>;

/** Keys by id. The first seals; all of them open, so a key is rotated by putting a new one in front and removing the old one when nothing is sealed with it. */
export type SealingKeys = ReadonlyMap<string, Buffer>;

/**
 * Reads `id:base64` pairs, parted by commas or line breaks; each key is 32 bytes.
 * @returns undefined when the text is not that
 */
export function parseSealingKeys(text: string): SealingKeys | undefined {
  const keys = new Map<string, Buffer>();
  for (const pair of text.split(/[,\n]/).filter((part) => part.trim() !== '')) {
    const [, id, base64] = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]{43}=)$/.exec(pair.trim()) ?? [];
    if (id === undefined || base64 === undefined || keys.has(id)) return undefined;
    keys.set(id, Buffer.from(base64, 'base64'));
  }
  return keys.size > 0 ? keys : undefined;
}

/**
 * Encrypts a credential with AES-256-GCM under the first key. `owner` (tenant and host) is authenticated with it: a row copied to another tenant does not open.
 * @returns `v1.<key id>.<nonce>.<tag>.<ciphertext>`, the last three in base64url
 */
export function seal(credential: Credential, owner: string, keys: SealingKeys): string {
  const [first] = keys;
  if (!first) throw credentialSealed('no key is configured');
  const [id, key] = first;
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(`${id}\n${owner}`));
  const sealed = Buffer.concat([cipher.update(JSON.stringify(credential), 'utf8'), cipher.final()]);
  return ['v1', id, ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.');
}

/**
 * Opens what `seal` made.
 * @throws Problem CREDENTIAL_SEALED when its key is not configured, or it was changed or moved
 */
export function unseal(sealed: string, owner: string, keys: SealingKeys): Credential {
  const [version, id = '', nonce = '', tag = '', text = ''] = sealed.split('.');
  const key = keys.get(id);
  if (version !== 'v1' || !key) throw credentialSealed(`its key ${JSON.stringify(id)} is not configured`);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce, 'base64url'), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(`${id}\n${owner}`));
    decipher.setAuthTag(Buffer.from(tag, 'base64url'));
    const opened = Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]);
    return Credential.parse(JSON.parse(opened.toString('utf8')));
  } catch {
    // The cause could quote what was opened, so it ends here.
    throw credentialSealed('it was changed, or sealed for another tenant or host');
  }
}

/** The id of the key that sealed a credential: tells what is left to seal again before an old key can go. */
export const sealedWith = (sealed: string): string => sealed.split('.', 2)[1] ?? '';
