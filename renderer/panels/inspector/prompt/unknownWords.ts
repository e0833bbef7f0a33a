/** The words of a text that are not among `known`, in their order, each once. None where nothing is known of the model's words. */
export function unknownWords(text: string, known: ReadonlySet<string>): string[] {
  if (known.size === 0) return [];
  const unknown = new Set<string>();
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) if (!known.has(word)) unknown.add(word);
  return [...unknown];
}
