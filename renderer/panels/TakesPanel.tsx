import { type ReactNode, useState } from 'react';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { placeTake } from '../editor/timeline/itemCommands.ts';
import { removeTake } from '../editor/timelineCommands.ts';
import { useLoopedFrame } from '../preview/resultClock.ts';
import { assetUrl } from '../preview/shownFrames.ts';
import { useTakeFrameUrls } from '../preview/takeFrames.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { BareIconButton } from '../ui/controls/IconButton.tsx';
import { NameInput } from '../ui/fields/EditableName.tsx';
import { CommandMenu, type Commands, ContextCommands } from '../ui/surfaces/Commands.tsx';
import { EmptyPanel } from '../ui/surfaces/Panel.tsx';
import { texts } from '../ui/texts/texts.ts';
import styles from './TakesPanel.module.css';

/** The takes, newest first: they move under the pointer, show in the viewer on a click. */
export function TakesPanel(): ReactNode {
  const takes = useDocument((document) => document.all('take'));
  if (takes.length === 0) return <EmptyPanel icon="sparkle">{texts.takes.empty}</EmptyPanel>;
  return (
    <ul className={styles.grid}>
      {takes.toReversed().map((take) => (
        <TakeCard key={take.id} take={take} />
      ))}
    </ul>
  );
}

function TakeCard({ take }: { take: TakeRecord }): ReactNode {
  const { editor, view: looking } = useProject();
  const view = useDocument((document) => document.get('view', 'view'));
  const writer = useSession((session) => session.writer);
  const [hovered, setHovered] = useState(false);
  const [isRenaming, setRenaming] = useState(false);
  const active = view?.takeId === take.id;
  const compared = view?.compareTakeId === take.id;
  const commands = useTakeCommands(take, {
    canCompare: !active && view?.takeId !== null,
    compared,
    onRename: () => setRenaming(true),
  });
  const look = [styles.take, active && styles.active, !active && compared && styles.compared];
  return (
    <ContextCommands commands={commands}>
      <li
        className={look.filter(Boolean).join(' ')}
        onPointerEnter={() => setHovered(true)}
        onPointerLeave={() => setHovered(false)}
      >
        <button
          type="button"
          className={styles.open}
          aria-label={texts.takes.play(take.name)}
          aria-current={active}
          onClick={() => looking.showTake(take)}
          onDoubleClick={() => writer && setRenaming(true)}
          onKeyDown={(event) => event.key === 'F2' && writer && setRenaming(true)}
          onFocus={() => setHovered(true)}
          onBlur={() => setHovered(false)}
        >
          <TakePicture take={take} playing={hovered} />
          {isRenaming ? null : (
            <span className={styles.facts}>
              <span className={styles.name}>
                {take.starred ? '★ ' : ''}
                {take.name}
              </span>
              <span className={styles.prompt}>{take.recipe.settings.prompt}</span>
            </span>
          )}
        </button>
        {isRenaming ? (
          <span className={styles.facts}>
            <NameInput
              value={take.name}
              label={texts.takes.rename}
              onName={(name) => editor.update('Rename take', take, { name })}
              onDone={() => setRenaming(false)}
            />
          </span>
        ) : null}
        <span className={styles.actions}>
          <CommandMenu
            align="end"
            trigger={<BareIconButton icon="more" small label={`${texts.takes.more}: ${take.name}`} />}
            commands={commands}
          />
        </span>
      </li>
    </ContextCommands>
  );
}

/** A take's first frame, or all of them in a loop. */
function TakePicture({ take, playing }: { take: TakeRecord; playing: boolean }): ReactNode {
  const { id } = useProject();
  const urls = useTakeFrameUrls(id, playing ? take : undefined);
  const { frameCount, framesPerSecond, firstFrameAssetId } = take.result;
  const frame = useLoopedFrame(frameCount, framesPerSecond, playing ? undefined : 0);
  const url = urls[frame] ?? assetUrl(id, firstFrameAssetId);
  return <img className={styles.picture} src={url} alt="" loading="lazy" decoding="async" />;
}

/** What can be done with a take, from its menu and with the other button. */
function useTakeCommands(
  take: TakeRecord,
  { canCompare, compared, onRename }: { canCompare: boolean; compared: boolean; onRename: () => void },
): Commands {
  const { editor, takes, messages, state, view: looking } = useProject();
  const writer = useSession((session) => session.writer);
  const reason = writer ? undefined : texts.lock.message;
  const compare = (): void => {
    editor.look({ compareTakeId: take.id });
    editor.session.set({ viewMode: 'wipe', viewport: null });
    state.set({ dialog: 'compare' });
  };
  const shownIn = (dialog: 'retakeFrames' | 'retakeRegion' | 'figures') => (): void => {
    looking.showTake(take);
    state.set({ dialog });
  };
  return [
    compared
      ? { icon: 'compare', label: texts.takes.stopCompare, onSelect: () => editor.look({ compareTakeId: null }) }
      : {
          icon: 'compare',
          label: texts.takes.compareWith,
          reason: canCompare ? undefined : texts.takes.isShown,
          onSelect: compare,
        },
    {
      icon: 'retry',
      label: texts.takes.useAgain,
      reason,
      onSelect: () => void messages.attempt(() => takes.recallTake(take)),
    },
    {
      icon: 'film',
      label: texts.media.place,
      reason,
      onSelect: () => placeTake(editor, take, editor.session.state.playhead),
    },
    'line',
    { icon: 'brush', label: texts.takes.rename, keys: 'F2', reason, onSelect: onRename },
    {
      icon: 'star',
      label: take.starred ? texts.takes.unstar : texts.takes.star,
      reason,
      onSelect: () => editor.update('Star', take, { starred: !take.starred }),
    },
    {
      icon: 'retry',
      label: texts.takes.retakeFrames,
      reason: reason ?? (take.result.frameCount < 2 ? texts.retake.oneFrame : undefined),
      onSelect: shownIn('retakeFrames'),
    },
    { icon: 'lasso', label: texts.takes.retakeRegion, reason, onSelect: shownIn('retakeRegion') },
    { icon: 'grid', label: texts.takes.figures, onSelect: shownIn('figures') },
    { icon: 'export', label: texts.takes.saveRecipe, onSelect: () => void takes.saveRecipe(take) },
    {
      icon: 'picture',
      label: texts.takes.decodeAgain,
      reason: reason ?? (take.result.latentsAssetId ? undefined : texts.takes.noLatents),
      onSelect: () => void takes.decodeAgain(take.id),
    },
    'line',
    { icon: 'trash', label: texts.takes.remove, reason, onSelect: () => removeTake(editor, take) },
  ];
}
