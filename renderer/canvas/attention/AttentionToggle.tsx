import { type ReactNode, useSyncExternalStore } from 'react';
import { useDocument, useProject } from '../../project/hooks.ts';
import { IconButton } from '../../ui/controls/IconButton.tsx';
import { texts } from '../../ui/texts/texts.ts';

/** Shows over the result where the take's words and pictures were looked at, or hides it. */
export function AttentionToggle(): ReactNode {
  const { attention } = useProject();
  const isOn = useSyncExternalStore(attention.state.subscribe, () => attention.state.state.isOn);
  const takeId = useDocument((document) => document.get('view', 'view')?.takeId ?? null);
  const exists = useDocument((document) => document.get('take', takeId) !== undefined);
  return (
    <IconButton
      icon="heat"
      label={exists ? texts.attention.toggle : texts.attention.needsTake}
      pressed={isOn}
      disabled={!exists && !isOn}
      onClick={() => attention.toggle(takeId)}
    />
  );
}
