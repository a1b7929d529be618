import { hasPlaceholder } from './elsewhere.ts';

/** Last words of a name that make its value a credential. */
const CREDENTIAL =
  /(?:^|[_.-])(?:password|passwd|pwd|passphrase|pass|secret|token|credentials?|api[_-]?key|secret[_-]?key|access[_-]?key|private[_-]?key|signing[_-]?key|encryption[_-]?key|account[_-]?key|storage[_-]?key|batch[_-]?key|key[_-]?content|client[_-]?secret|auth[_-]?token)(?:[_-]?\d{1,2})?$/i;
/** Names that end so and hold none: `ALLOW_EMPTY_PASSWORD`, `NEXT_PUBLIC_API_KEY`. */
const HARMLESS =
  /(?:^|[_-])(?:allow[_-]empty|random[_-]root)[_-]|^(?:allow|disable|enable|require|use|no|skip|has|is|next_public|vite|react_app|public|tls)[_-]|[_-](?:public|csrf|page|next)[_-](?:key|token)$/i;

/** Whether a variable or key of this name holds a password, token or key. */
export const isCredentialName = (name: string): boolean => CREDENTIAL.test(snake(name)) && !HARMLESS.test(name);

/** `dbPassword` reads as `db_Password`. */
const snake = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1_$2');

/** Whether a value is written out, not a reference, a path, a switch or something to be filled in (`API_KEY: API_KEY_VALUE`). */
export const isLiteralCredential = (name: string, value: string): boolean =>
  !(value === value.toUpperCase() && value.length > name.length && value.includes(name)) &&
  value !== '' &&
  !hasPlaceholder(value) &&
  !/^(?:true|false|yes|no|none|null|on|off|disabled?|enabled?)$/i.test(value) &&
  !/^(?:\/|\.\/|file:|https?:\/\/|vault:|arn:|ref\+|secretref)/i.test(value);

/** A private key, whatever it is called. */
export const holdsPrivateKey = (value: string): boolean => /-{3,5}BEGIN [A-Z ]{0,30}PRIVATE KEY/.test(value);

/** A token whose form says what it is: AWS, GitHub, GitLab, Slack, Stripe. */
export const holdsKnownToken = (value: string): boolean =>
  /\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|glpat-[A-Za-z0-9_-]{20}|xox[abprs]-[A-Za-z0-9-]{10,60}|sk_live_[A-Za-z0-9]{20,60})\b/.test(value);

/** The password written into a URL (`postgres://shop:PASSWORD@db`), undefined when there is none or it is filled in later. */
export function passwordInUrl(value: string): string | undefined {
  const password = /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s:@/]{0,100}:([^\s@/]{1,200})@/i.exec(value)?.[1];
  return password === undefined || hasPlaceholder(password) ? undefined : password;
}
