import { type ReactNode, useEffect, useState } from 'react';
import { useProject, useProjectState } from '../../project/hooks.ts';
import { SelectField } from '../../ui/fields/SelectField.tsx';
import { texts } from '../../ui/texts/texts.ts';

/** How often it is asked who is there. */
const askMilliseconds = 5000;

/** Where takes are made, where the studio has a queue: on this machine, or by the queue's workers; with who is there. */
export function RunOn(): ReactNode {
  const { client, info, state } = useProject();
  const runOn = useProjectState((project) => project.runOn);
  const [there, setThere] = useState('');
  useEffect(() => {
    if (runOn === 'here') return;
    let isShown = true;
    const ask = (): void => {
      client.call('studio.workers', {}).then(
        ({ workers }) => isShown && setThere(texts.inspector.workers(workers)),
        (error: unknown) => isShown && setThere(error instanceof Error ? error.message : String(error)),
      );
    };
    ask();
    const timer = setInterval(ask, askMilliseconds);
    return () => {
      isShown = false;
      clearInterval(timer);
    };
  }, [client, runOn]);
  if (!info.queue) return null;
  return (
    <SelectField
      label={texts.inspector.runOn}
      value={runOn}
      options={[
        { value: 'here', label: texts.inspector.runHere },
        { value: 'queue', label: texts.inspector.runOnQueue(info.queue.label) },
      ]}
      onChange={(where) => state.set({ runOn: where })}
      {...(runOn === 'queue' && there ? { hint: there } : {})}
    />
  );
}
