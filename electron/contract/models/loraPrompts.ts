/** A LoRA's own word in a prompt, whatever its strength. */
const wordOf = (lora: string): RegExp =>
  new RegExp(`<(?:lora|lyco):${lora.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?::([^:>]*)[^>]*)?>`, 'i');

/** The strength that a prompt asks of a LoRA (`<lora:NAME:0.8>`; 1 where it gives none); undefined where it does not name it. */
export function loraIn(prompt: string, lora: string): number | undefined {
  const found = wordOf(lora).exec(prompt);
  if (!found) return undefined;
  const strength = Number(found[1] || 1);
  return Number.isFinite(strength) ? strength : 1;
}

/** The prompt with a LoRA's strength in it: in place of what names it, else at the end. */
export function withLora(prompt: string, lora: string, strength: number): string {
  const word = `<lora:${lora}:${strength}>`;
  return loraIn(prompt, lora) === undefined ? `${prompt} ${word}` : prompt.replace(wordOf(lora), () => word);
}
