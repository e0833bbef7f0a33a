import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { useDocument, useProject } from '../project/hooks.ts';
import { Progress } from '../ui/controls/Progress.tsx';
import { HintText } from '../ui/fields/Field.tsx';
import { Modal } from '../ui/surfaces/Modal.tsx';
import { texts } from '../ui/texts/texts.ts';
import { FigureList } from './FigureList.tsx';

/** The shown take's figures, measured when they are first asked for. */
export function TakeFiguresDialog({ onClose }: { onClose: () => void }): ReactNode {
  const { figures } = useProject();
  const take = useDocument((document) => document.get('take', document.get('view', 'view')?.takeId));
  const { taken } = useSyncExternalStore(figures.state.subscribe, () => figures.state.state);
  const takeId = take?.id;
  useEffect(() => {
    if (takeId !== undefined) figures.ask(takeId);
  }, [figures, takeId]);
  if (!take) return null;
  const found = taken[take.id];
  return (
    <Modal title={texts.takes.figuresOf(take.name)} onClose={onClose}>
      <HintText>{take.recipe.settings.prompt}</HintText>
      {found === undefined || found === 'measuring' ? (
        <Progress label={texts.takes.measuring} share={undefined} />
      ) : 'problem' in found ? (
        <HintText warn>{found.problem}</HintText>
      ) : (
        <FigureList measured={found} withReaders />
      )}
    </Modal>
  );
}
