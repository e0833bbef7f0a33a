import { useEffect } from 'react';
import type { SourceRecord } from '../../electron/contract/records.ts';
import { useProject, useProjectState, useSession } from '../project/hooks.ts';

/** A frame is encoded once the playhead has rested on it for this long. */
const restMilliseconds = 150;

/** While the smart tool is in hand, has the shown frame encoded ahead of the first click; where no model is known, looks for one. */
export function useClickAhead(source: SourceRecord | undefined, frame: number): void {
  const { smartSelect, messages } = useProject();
  const isInHand = useSession((session) => session.tool === 'smart' && session.speed === 0);
  const hasModel = useProjectState((state) => state.follower !== null);
  useEffect(() => {
    if (isInHand && !hasModel) void messages.attempt(() => smartSelect.lookForModel());
  }, [isInHand, hasModel, smartSelect, messages]);
  useEffect(() => {
    if (!isInHand || !hasModel || !source) return undefined;
    const timer = setTimeout(() => void smartSelect.prepare(source, frame), restMilliseconds);
    return () => clearTimeout(timer);
  }, [isInHand, hasModel, source, frame, smartSelect]);
}
