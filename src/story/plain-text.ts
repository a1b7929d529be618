/** A claim's own words: Markdown marks, HTML comments and line breaks taken off. Underscores stay, they are part of names. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/!?\[([^\][]*)\]\([^()\s]*(?:\s+"[^"]*")?\)/g, '$1')
    .replace(/\*\*|~~|`/g, '')
    .replace(/(^|[\s(])\*([^\s*][^*\n]*)\*(?=$|[\s).,:;])/g, '$1$2')
    .replace(/\\([\\`*_{}[\]()#+.!|<>-])/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
