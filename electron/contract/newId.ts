/** A new record id: a word and twenty random hexadecimal digits. */
export function newId(word: string): string {
  return `${word}-${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`;
}
