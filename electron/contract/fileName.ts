import { z } from 'zod';

/** Names that Windows keeps for devices, whatever stands behind a dot. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Most bytes of a name; with a number and an ending it stays below every file system's 255. */
const mostBytes = 200;

/** A file's name without its ending, one that every system takes. */
export const fileName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[^/\\:*?"<>|\p{Cc}\p{Cs}]+$/u, 'must not contain / \\ : * ? " < > | or characters that cannot be seen')
  .refine((name) => !/^[. ]|[. ]$/.test(name), 'must not begin or end with a dot or a space')
  .refine((name) => !deviceName.test(name), 'is a name that Windows keeps for itself')
  .refine((name) => new TextEncoder().encode(name).length <= mostBytes, `must not be longer than ${mostBytes} bytes`);
