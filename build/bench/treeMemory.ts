import { readFileSync } from 'node:fs';

/** Resident bytes of a process and its descendants on Linux, those apart whose command line names `except` (their own children still count). */
export function treeBytes(pid: number, except: string): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    const isApart = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(except);
    const own = isApart ? 0 : Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1] ?? 0) * 4096;
    return children.reduce((sum, child) => sum + treeBytes(Number(child), except), own);
  } catch {
    // It ended between two reads.
    return 0;
  }
}

/** Processor seconds of a process and its descendants so far on Linux, those that have ended included; 0 once it has ended itself. */
export function treeProcessorSeconds(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + treeProcessorSeconds(Number(child)), processorSeconds(pid));
  } catch {
    return 0;
  }
}

/** Of a process by itself and of its children that have ended. Behind the name in brackets, fields 12 to 15 are theirs, in hundredths. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field] ?? 0), 0) / 100;
}
