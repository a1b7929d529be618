// C0 but for tab and line feed, DEL and C1 (terminals obey them); marks that turn or hide text (U+061C, U+200B, U+200E, U+200F,
// U+2028 to U+202E, U+2060 to U+206F, U+FEFF, U+FFF9 to U+FFFB, and U+E0000 to U+E007F, which show as nothing at all).
// Joiners (U+200C, U+200D) stay: scripts and emoji need them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const HIDDEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;

/** The same without telling whole characters beyond U+FFFF from halves: most texts have none of them, and this pattern is compiled ten times as fast. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const MAY_HIDE = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/;

const rewritten = (text: string, write: (character: string) => string): string => (MAY_HIDE.test(text) ? text.replace(HIDDEN, write) : text);

const code = (character: string) => character.codePointAt(0)!;

/** Text from a file under review, fit to be shown: what a terminal would obey, or nobody would see, becomes `\x1b` or `\u{202e}`. */
export const visible = (text: string): string =>
  rewritten(text, (character) => (code(character) < 0x100 ? `\\x${code(character).toString(16).padStart(2, '0')}` : `\\u{${code(character).toString(16)}}`));

/** The same on one line: breaks and runs of blanks become one blank. */
export const visibleLine = (text: string): string => visible(text.replace(/\s+/g, ' ').trim());

/** JSON text that no terminal obeys: the same value, with what `JSON.stringify` leaves raw written as `\u009b`. */
export const visibleJson = (json: string): string =>
  rewritten(json, (character) => Array.from({ length: character.length }, (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''));
