import { crc32 } from 'node:zlib';
import { parseBoundedJson } from '../../../../models/files/boundedJson.ts';
import type { DocumentDiff } from '../../../contract/documentDiff.ts';
import { journalLine } from '../../../contract/projectFile.ts';

/** A change with its number. */
export interface JournalLine {
  sequence: number;
  diff: DocumentDiff;
}

/** Length of `,"checksum":"01234567"}`, the end of every line. */
const sealLength = 23;

/** A change as a line of the journal, without its line feed: JSON whose last member is the CRC-32 of all before it. */
export function writeJournalLine(sequence: number, diff: DocumentDiff): string {
  const body = JSON.stringify({ sequence, diff }).slice(0, -1);
  return `${body},"checksum":"${checksumOf(body)}"}`;
}

/** Reads a line; undefined where it is not whole. Lines without a checksum, as earlier versions wrote them, are taken when their form is right. */
export function readJournalLine(text: string): JournalLine | undefined {
  const seal = /^,"checksum":"([0-9a-f]{8})"\}$/.exec(text.slice(-sealLength))?.[1];
  const body = text.slice(0, -sealLength);
  if (seal !== undefined && seal !== checksumOf(body)) return undefined;
  try {
    const parsed = journalLine.safeParse(parseBoundedJson(seal === undefined ? text : `${body}}`, 'a journal line'));
    return parsed.success ? parsed.data : undefined;
  } catch {
    // Half a line is what a crash leaves, and a damaged one is no JSON; the caller counts it.
    return undefined;
  }
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0');
}
