import { Collapsible } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import type { TakeSettings } from '../../electron/contract/takeSettings.ts';
import { useGesture, useStudio } from '../ui/hooks.ts';
import { Icon } from '../ui/Icon.tsx';

/** The change of a setting, and the gesture of a slider that changes one. */
export function useSetting() {
  const { editor } = useStudio();
  return {
    set: (label: string, change: Partial<TakeSettings>) => editor.updateSettings(label, change),
    gesture: useGesture(),
  };
}

/** A part of the inspector that folds away. */
export function Group({
  title,
  open = true,
  children,
}: {
  title: string;
  open?: boolean;
  children: ReactNode;
}): ReactNode {
  const [isOpen, setOpen] = useState(open);
  return (
    <Collapsible.Root className="group" open={isOpen} onOpenChange={setOpen}>
      <h3>
        <Collapsible.Trigger className="groupTitle">
          <Icon name="down" />
          {title}
        </Collapsible.Trigger>
      </h3>
      <Collapsible.Content className="groupBody">{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}
