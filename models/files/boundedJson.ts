import { StudioError } from '../errors/studioError.ts';

/** How much a JSON text may make its reader build. */
export interface JsonLimits {
  /** Deepest nesting of lists and tables. */
  depth: number;
  /** Lists and tables in all. */
  containers: number;
}

/** What any file or message of ours stays far below. */
export const plainJsonLimits: JsonLimits = { depth: 64, containers: 4_000_000 };

/**
 * JSON.parse for text from strangers: brackets are counted first, so that a text made to cost memory and minutes is refused before
 * anything is built of it.
 * @throws SyntaxError where it is no JSON; StudioError `format-hostile` beyond the limits
 */
export function parseBoundedJson(text: string, what: string, limits: JsonLimits = plainJsonLimits): unknown {
  let depth = 0;
  let containers = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inText) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inText = false;
    } else if (code === 0x22) inText = true;
    else if (code === 0x7b || code === 0x5b) {
      depth++;
      containers++;
      if (depth > limits.depth || containers > limits.containers)
        throw new StudioError('format-hostile', `${what} is refused: its lists and tables are too many or too deep.`, {
          hint: 'No honest program writes such a text.',
        });
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return JSON.parse(text);
}
