import { type ReactNode, useSyncExternalStore } from 'react';
import { Circle } from 'react-konva';
import type { StateStore } from '../../editor/stateStore.ts';
import { useProjectState, useSession } from '../../project/hooks.ts';
import type { PointerPosition } from '../usePointerTools.ts';

/** The brush's size and hardness under the pointer. */
export function BrushCursor({
  scale,
  position: store,
}: {
  scale: number;
  position: StateStore<PointerPosition>;
}): ReactNode {
  const position = useSyncExternalStore(store.subscribe, () => store.state.at);
  const tool = useSession((session) => session.tool);
  const radius = useSession((session) => session.brushRadius);
  const hardness = useSession((session) => session.brushHardness);
  const clicks = useProjectState((state) => state.follower !== null);
  const isRound = tool === 'brush' || tool === 'eraser' || (tool === 'smart' && !clicks);
  if (!position || !isRound) return null;
  const outer = (tool === 'smart' ? Math.max(2, radius / 3) : radius) * scale;
  return (
    <>
      <Circle {...position} radius={outer} stroke="#000000" strokeWidth={2.5} opacity={0.55} />
      <Circle {...position} radius={outer} stroke={tool === 'smart' ? '#4cc38a' : '#ffffff'} strokeWidth={1.2} />
      {tool !== 'smart' && hardness < 0.98 ? (
        <Circle
          {...position}
          radius={outer * hardness}
          stroke="#ffffff"
          strokeWidth={0.8}
          opacity={0.5}
          dash={[3, 3]}
        />
      ) : null}
    </>
  );
}
