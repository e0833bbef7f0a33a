import { type ReactNode, useState } from 'react';
import type { TakeRecord } from '../../electron/contract/records.ts';
import { removeTake } from '../editor/timelineCommands.ts';
import { useLoopedFrame } from '../preview/resultClock.ts';
import { assetUrl } from '../preview/shownFrames.ts';
import { useTakeFrameUrls } from '../preview/takeFrames.ts';
import { useDocument, useProject, useSession } from '../project/hooks.ts';
import { BareIconButton } from '../ui/controls/IconButton.tsx';
import { Menu, MenuItem, MenuLine } from '../ui/surfaces/Menu.tsx';
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
  const { view: looking } = useProject();
  const view = useDocument((document) => document.get('view', 'view'));
  const [hovered, setHovered] = useState(false);
  const active = view?.takeId === take.id;
  const compared = view?.compareTakeId === take.id;
  const look = [styles.take, active && styles.active, !active && compared && styles.compared];
  return (
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
        onFocus={() => setHovered(true)}
        onBlur={() => setHovered(false)}
      >
        <TakePicture take={take} playing={hovered} />
        <span className={styles.facts}>
          <span className={styles.name}>
            {take.starred ? '★ ' : ''}
            {take.name}
          </span>
          <span className={styles.prompt}>{take.recipe.settings.prompt}</span>
        </span>
      </button>
      <span className={styles.actions}>
        <TakeMenu take={take} canCompare={!active && view?.takeId !== null} compared={compared} />
      </span>
    </li>
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

function TakeMenu({
  take,
  canCompare,
  compared,
}: {
  take: TakeRecord;
  canCompare: boolean;
  compared: boolean;
}): ReactNode {
  const { editor, takes, messages, state, view: looking } = useProject();
  const writer = useSession((session) => session.writer);
  const compare = (): void => {
    editor.look({ compareTakeId: take.id });
    editor.session.set({ viewMode: 'wipe', viewport: null });
    state.set({ dialog: 'compare' });
  };
  const askOf = (dialog: 'renameTake' | 'retakeFrames' | 'retakeRegion') => (): void => {
    looking.showTake(take);
    state.set({ dialog });
  };
  return (
    <Menu align="end" trigger={<BareIconButton icon="more" small label={`${texts.takes.more}: ${take.name}`} />}>
      {compared ? (
        <MenuItem
          icon="compare"
          label={texts.takes.stopCompare}
          onSelect={() => editor.look({ compareTakeId: null })}
        />
      ) : (
        <MenuItem icon="compare" label={texts.takes.compareWith} onSelect={compare} disabled={!canCompare} />
      )}
      <MenuItem
        icon="retry"
        label={texts.takes.useAgain}
        onSelect={() => void messages.attempt(() => takes.recallTake(take))}
        disabled={!writer}
      />
      <MenuItem icon="brush" label={texts.takes.rename} onSelect={askOf('renameTake')} disabled={!writer} />
      <MenuItem
        icon="retry"
        label={texts.takes.retakeFrames}
        onSelect={askOf('retakeFrames')}
        disabled={!writer || take.result.frameCount < 2}
      />
      <MenuItem icon="lasso" label={texts.takes.retakeRegion} onSelect={askOf('retakeRegion')} disabled={!writer} />
      <MenuItem icon="export" label={texts.takes.saveRecipe} onSelect={() => void takes.saveRecipe(take)} />
      <MenuItem
        icon="film"
        label={texts.takes.decodeAgain}
        onSelect={() => void takes.decodeAgain(take.id)}
        disabled={!writer || !take.result.latentsAssetId}
      />
      <MenuItem
        icon="star"
        label={take.starred ? texts.takes.unstar : texts.takes.star}
        onSelect={() => editor.update('Star', take, { starred: !take.starred })}
        disabled={!writer}
      />
      <MenuLine />
      <MenuItem icon="trash" label={texts.takes.remove} onSelect={() => removeTake(editor, take)} disabled={!writer} />
    </Menu>
  );
}
