import type { ReactNode } from 'react';
import type { ItemRecord } from '../../electron/contract/records.ts';
import { targetOf } from '../editor/timeline/arrangement.ts';
import { useDocument, useProject } from '../project/hooks.ts';
import { UnseenList } from '../ui/surfaces/Unseen.tsx';
import { texts } from '../ui/texts/texts.ts';
import { laneOf } from './confidence/laneFrames.ts';

/** What lies on the timeline, for those who do not see it; the first hundred. */
export function ItemList(): ReactNode {
  const { editor } = useProject();
  const items = useDocument((document) => document.all('item'));
  const nameOf = (item: ItemRecord): string => item.title?.text ?? targetOf(editor.document, item.targetId)?.name ?? '';
  return (
    <UnseenList aria-label={texts.timeline.items}>
      {items.slice(0, 100).map((item) => (
        <li key={item.id}>{texts.timeline.item(nameOf(item), item.startFrame + 1, item.lengthFrames)}</li>
      ))}
    </UnseenList>
  );
}

/** What the confidence lane shows, for those who do not see it: the doubtful stretches' worst frames, the first hundred. */
export function DoubtList(): ReactNode {
  const { editor } = useProject();
  useDocument((document) => document.all('stroke'));
  useDocument((document) => document.get('view', 'view'));
  const status = useDocument(() => laneOf(editor)?.status);
  if (!status || status.runs.length === 0) return null;
  return (
    <UnseenList aria-label={texts.follow.laneLabel(status.frameCount, status.doubtfulCount)}>
      {status.doubts.slice(0, 100).map(({ frame, confidence }) => (
        <li key={frame}>{texts.follow.sure(frame + 1, confidence)}</li>
      ))}
    </UnseenList>
  );
}
