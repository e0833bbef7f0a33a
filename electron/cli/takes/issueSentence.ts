import type { z } from 'zod';

/** The first thing wrong with parsed input, as words. */
export function issueSentence(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'it does not parse';
  return `${issue.path.join('.') || 'the whole'}: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`;
}
