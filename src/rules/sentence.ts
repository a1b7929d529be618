/** Fills `{name}` in a rule's `says` or `fix` from a finding's arguments. */
export const sentence = (template: string, args: Readonly<Record<string, string>>): string =>
  template.replace(/\{(\w+)\}/g, (hole, name: string) => args[name] ?? hole);
