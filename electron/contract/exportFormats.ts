/** Forms a take can leave the studio in: the file name's ending, whether it can carry sound, and whether it can be transparent. */
export const exportFormats = {
  'mp4-h264': { extension: '.mp4', sound: true, alpha: false },
  'mp4-h265': { extension: '.mp4', sound: true, alpha: false },
  'webm-vp9': { extension: '.webm', sound: true, alpha: false },
  'webm-av1': { extension: '.webm', sound: true, alpha: false },
  'mov-prores4444': { extension: '.mov', sound: true, alpha: true },
  'webm-vp9-alpha': { extension: '.webm', sound: true, alpha: true },
  gif: { extension: '.gif', sound: false, alpha: false },
  'png-sequence': { extension: '', sound: false, alpha: true },
} as const;

/** Name of an export format. */
export type ExportFormat = keyof typeof exportFormats;

/** Names of all export formats, in the order they are offered. `Object.keys` forgets that they are just these. */
export const exportFormatNames = Object.keys(exportFormats) as ExportFormat[];

/** How good an encoded file is against its size. */
export const exportQualities = ['draft', 'good', 'best'] as const;
