import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { credentialSealed, credentialsOff } from '../errors.ts';

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

/** Keys from base64 of 32 bytes each. An id is the start of the key's SHA-256: nobody has to name keys, and none can be taken for another. */
export const sealingKeys = (base64: readonly string[]): SealingKeys =>
  new Map(base64.map((text) => Buffer.from(text, 'base64')).map((key) => [createHash('sha256').update(key).digest('hex').slice(0, 8), key]));

export interface Sealed {
  /** which key sealed it: tells what is left to seal again before an old key can go */
  readonly keyId: string;
  /** nonce (12 bytes), tag (16 bytes), ciphertext */
  readonly sealed: Uint8Array;
}

/** What a credential is bound to: whose it is, and for which host. */
export const ownerOf = (tenantId: string, host: string): string => `${tenantId} ${host}`;

/** Encrypts a credential with AES-256-GCM under the first key. `owner` (tenant and host) is authenticated with it: a row copied to another tenant does not open. @throws Problem CREDENTIALS_OFF */
export function seal(credential: Credential, owner: string, keys: SealingKeys): Sealed {
  const [first] = keys;
  if (!first) throw credentialsOff();
  const [keyId, key] = first;
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(`${keyId}\n${owner}`));
  const text = Buffer.concat([cipher.update(JSON.stringify(credential), 'utf8'), cipher.final()]);
  return { keyId, sealed: Buffer.concat([nonce, cipher.getAuthTag(), text]) };
}

/**
 * Opens what `seal` made.
 * @throws Problem CREDENTIAL_SEALED when its key is not configured, or it was changed or moved
 */
export function unseal({ keyId, sealed }: Sealed, owner: string, keys: SealingKeys): Credential {
  const key = keys.get(keyId);
  if (!key) throw credentialSealed(`its key ${JSON.stringify(keyId)} is not configured`);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(Buffer.from(`${keyId}\n${owner}`));
    decipher.setAuthTag(sealed.subarray(12, 28));
    const opened = Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]);
    return Credential.parse(JSON.parse(opened.toString('utf8')));
  } catch {
    // The cause could quote what was opened, so it ends here.
    throw credentialSealed('it was changed, or sealed for another tenant or host');
  }
}
