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
