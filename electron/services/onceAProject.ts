import type { OpenProject } from './projects/openProject.ts';

/** What is done for a project when it is first asked for, and not again however often that is. */
export function onceAProject(act: (project: OpenProject) => Promise<void>): (project: OpenProject) => Promise<void> {
  const done = new WeakMap<OpenProject, Promise<void>>();
  return (project) => {
    const doing = done.get(project) ?? act(project);
    done.set(project, doing);
    return doing;
  };
}
