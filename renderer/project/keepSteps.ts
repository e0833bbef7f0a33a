import { stepsToKeep } from '../editor/keptSteps.ts';
import type { ProjectScope } from './projectScope.ts';

/** How long after the last step the steps are kept: a moment, so that a quick hand costs one writing. */
const restMilliseconds = 500;

/** Takes up the steps that were kept with a project, and from then on keeps them after every change of the history; returns what ends that. */
export function keepSteps(project: ProjectScope): () => void {
  const { id: projectId, windowId, client, editor } = project;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const keep = async (): Promise<void> => {
    if (!editor.session.state.writer) return;
    await project.flush();
    const { done, undone } = editor.history.steps;
    await client.call('history.keep', {
      projectId,
      windowId,
      history: stepsToKeep({ done: [...done], undone: [...undone] }),
    });
  };
  // Undo is a convenience: where its steps cannot be read or kept, nobody needs to be told.
  client
    .call('history.read', { projectId })
    .then((kept) => editor.restoreSteps(kept))
    .catch(() => undefined);
  const end = editor.historyVersion.subscribe(() => {
    clearTimeout(timer);
    timer = setTimeout(() => void keep().catch(() => undefined), restMilliseconds);
  });
  return () => {
    clearTimeout(timer);
    end();
  };
}
