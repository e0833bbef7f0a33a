import { fileURLToPath } from 'node:url';

/** How to start a program file of ours in a process or thread of its own. */
export interface ChildEntry {
  path: string;
  /** Node options it needs: the TypeScript loader while running from source, nothing once bundled. */
  execArgv: string[];
}

/**
 * Finds a sibling of the calling module, by its name without extension: the TypeScript file when running from source, the
 * bundled JavaScript beside it when packaged.
 */
export function childEntry(name: string, callerUrl: string): ChildEntry {
  const isSource = callerUrl.endsWith('.ts');
  return {
    path: fileURLToPath(new URL(`./${name}${isSource ? '.ts' : '.js'}`, callerUrl)),
    execArgv: isSource ? ['--import', import.meta.resolve('tsx')] : [],
  };
}
